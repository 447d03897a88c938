import { ApiClient } from '@libby-dialer/api-client';
import { spawnProcess } from '@libby-dialer/testkit';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { CONSOLE, type ConsoleWorld, LINE, phone } from './console-world.ts';

/** People of several roles, at a console that asks who they are. */
export function accessStory(world: () => ConsoleWorld): void {
  test('each is shown what they may see, offered what they may do, and let in no longer than that', async () => {
    // Of its own, beside the one that all other stories use without a log-in.
    const env = { ...world().environment, DIALER_PREFIX: '{guarded}' };
    await using guarded = await spawnProcess(process.execPath, [CONSOLE], { env });
    const { url: origin } = JSON.parse(await guarded.waitForLine(/"url"/)) as { url: string };
    await using ada = await world().open(`${origin}/access`);
    await ada.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const token = await letInAsFirst(ada.page, 'ada');
    const viewer = await letIn(ada.page, 'vera', 'viewer');
    const operator = await letIn(ada.page, 'otto', 'operator');
    expect(await ada.barriers()).toEqual([]);
    const client = new ApiClient({ origin, token });
    const params = { id: 'guarded' };
    const body = { id: 'guarded', fromPhoneNumber: LINE, callingWindow: 'anytime' } as const;
    await client.request('PUT /campaigns/{id}', { params, body });
    const call = { toPhoneNumber: phone(23), name: 'Ana Ruiz' };
    await client.request('POST /campaigns/{id}/calls', { params, body: call });

    const address = `${origin}/campaigns/guarded?show=queued`;
    await using vera = await world().open(address);
    await vera.page.getByLabel('Your token').waitFor();
    expect(await vera.barriers()).toEqual([]);
    await logIn(vera.page, 'libby_mistyped');
    await vera.page.getByText('This token lets nobody in.').waitFor();
    await logIn(vera.page, viewer);
    await vera.page.getByText('viewer: numbers and names are masked').waitFor();
    expect(vera.page.url()).toBe(address);
    const masked = vera.page.getByRole('row', { name: '***' });
    await masked.getByText('+1 *** *** **23').waitFor();
    expect(await vera.page.getByText('Ana Ruiz').count()).toBe(0);
    expect(await vera.page.getByRole('button', { name: /^(?:Pause|Cancel)…/ }).count()).toBe(0);
    expect(await vera.page.getByRole('link', { name: 'Audit' }).count()).toBe(0);

    await using otto = await world().open(address, { theme: 'dark' });
    expect(await otto.barriers()).toEqual([]);
    await logIn(otto.page, operator);
    await otto.page.getByRole('row', { name: 'Ana Ruiz' }).waitFor();
    await otto.page.getByRole('link', { name: 'Audit' }).waitFor();
    await otto.page.getByRole('button', { name: 'Pause…' }).click();
    const dialog = otto.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await dialog.getByText('It is paused: no further call goes out.').waitFor();
    const kept = async (action: string) =>
      (await client.request('GET /audit', { query: { action } })).entries;
    expect(await kept('campaign.pause')).toMatchObject([{ by: 'otto', via: 'page' }]);
    expect(await kept('access.add')).toMatchObject([
      { by: 'ada', via: 'page', details: { access: 'otto', role: 'operator' } },
      { by: 'ada', via: 'page', details: { access: 'vera', role: 'viewer' } },
      { via: 'page', details: { access: 'ada', role: 'admin' } },
    ]);
    await dialog.getByRole('button', { name: 'Close' }).click();

    // She is asked anew without doing anything: what she sees must not stay.
    await ada.page.getByRole('button', { name: 'Remove vera…' }).click();
    await ada.page.getByRole('button', { name: 'Remove vera', exact: true }).click();
    await ada.page.getByText('vera has no access any more.').waitFor();
    await vera.page.getByLabel('Your token').waitFor();
    await otto.page.getByRole('button', { name: 'Log out' }).click();
    await otto.page.getByLabel('Your token').waitFor();
    const { cookies } = await otto.page.context().storageState();
    expect(cookies).toEqual([]);
    expect([...ada.complaints, ...vera.complaints, ...otto.complaints]).toEqual([]);
  });
}

/** Gives the token. It stands on the page although nobody was logged in by it before. */
async function letInAsFirst(page: Page, name: string): Promise<string> {
  await page.getByText('Nobody is let in by name yet.').waitFor();
  await page.getByRole('button', { name: 'Let somebody in…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Let yourself in first' });
  await dialog.getByLabel(/^Name/).fill(name);
  await dialog.getByRole('button', { name: 'Let in' }).click();
  await dialog.getByText(`You are logged in as ${name}.`).waitFor();
  return await tokenIn(page);
}

async function letIn(page: Page, name: string, role: string): Promise<string> {
  await page.getByRole('button', { name: 'Let somebody in…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Let somebody in' });
  await dialog.getByLabel(/^Name/).fill(name);
  await dialog.getByLabel(/^Role/).selectOption(role);
  await dialog.getByRole('button', { name: 'Let in' }).click();
  await dialog.getByText(`${name} is let in as ${role}.`).waitFor();
  return await tokenIn(page);
}

/** Copied as a person would, who misses the button first; with the dialog it is gone. */
async function tokenIn(page: Page): Promise<string> {
  const token = await page.getByLabel('Token, shown this once').inputValue();
  const dialog = page.getByRole('dialog');
  // A browser heeds the second of two, where it may be kept from it at all.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await dialog.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(token);
  await page.getByRole('button', { name: 'Close' }).click();
  expect(await page.content()).not.toContain(token);
  return token;
}

async function logIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Your token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
}
