import { join } from 'node:path';
import { ApiClient } from '@libby-dialer/api-client';
import { runProcess, spawnProcess } from '@libby-dialer/testkit';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { CONSOLE, type ConsoleWorld, LINE, phone } from './console-world.ts';

const ENQUEUER = join(import.meta.dirname, '../../apps/enqueuer/src/main.ts');

/** People of several roles, at a console that asks who they are. */
export function accessStory(world: () => ConsoleWorld): void {
  test('each is shown what they may see, offered what they may do, and let in no longer than that', async () => {
    // Of its own, beside the one that all other stories use without a log-in.
    const env = { ...world().environment, DIALER_PREFIX: '{guarded}' };
    const access = async (...args: string[]) =>
      (await runProcess(process.execPath, [ENQUEUER, 'access', ...args], { env })).stdout.trim();
    const viewer = await access('add', 'vera', '--role', 'viewer');
    const operator = await access('add', 'otto', '--role', 'operator');
    await using guarded = await spawnProcess(process.execPath, [CONSOLE], { env });
    const { url: origin } = JSON.parse(await guarded.waitForLine(/"url"/)) as { url: string };
    const client = new ApiClient({ origin, token: operator });
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
    const { entries } = await client.request('GET /audit', { query: { action: 'campaign.pause' } });
    expect(entries).toMatchObject([{ by: 'otto', via: 'page' }]);
    await dialog.getByRole('button', { name: 'Close' }).click();

    // She is asked anew without doing anything: what she sees must not stay.
    await access('remove', 'vera');
    await vera.page.getByLabel('Your token').waitFor();
    await otto.page.getByRole('button', { name: 'Log out' }).click();
    await otto.page.getByLabel('Your token').waitFor();
    const { cookies } = await otto.page.context().storageState();
    expect(cookies).toEqual([]);
    expect([...vera.complaints, ...otto.complaints]).toEqual([]);
  });
}

async function logIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Your token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
}
