import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { type ConsoleWorld, LINE, phone } from './console-world.ts';
import { HOSTILE_NAMES } from './hostile-names.ts';

/** Somebody watches a campaign, looks into what went wrong, and steers it. */
export function campaignStory(world: () => ConsoleWorld): void {
  test('a campaign is watched from the overview to a single call', async () => {
    await using seen = await world().open('/');
    const { page } = seen;
    await page.getByText('Simulated: no phone rings').waitFor();
    await world().campaign('watched', HOSTILE_NAMES, { pacing: { callsPerSecond: 2 } });
    const row = page.getByRole('row', { name: /^watched / });
    // It settles while one looks on, without anything being loaded again.
    await expect.poll(() => row.textContent()).toContain('done');
    await expect.poll(() => row.textContent()).toContain('100 %');
    await row.getByRole('link').click();

    await page.getByRole('heading', { level: 1, name: 'watched' }).waitFor();
    const calls = page.getByRole('table', { name: 'watched calls' }).locator('tbody tr');
    await expect.poll(() => calls.count()).toBe(HOSTILE_NAMES.length);
    await page.getByLabel('Which calls').selectOption('rejected');
    await expect.poll(() => calls.count()).toBe(1);
    expect(new URL(page.url()).search).toBe('?show=rejected');
    expect(await calls.textContent()).toContain('<img src=x onerror=alert(1)>');

    // By the keyboard alone.
    await calls.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /^Call / }).waitFor();
    await page.getByText('customQuestions: too long by 7').first().waitFor();
    await page.goBack();
    await expect.poll(() => page.getByLabel('Which calls').inputValue()).toBe('rejected');
    expect(seen.complaints).toEqual([]);
  });

  test('what was rejected is queued again, what is in doubt is not', async () => {
    await world().campaign('again', HOSTILE_NAMES.slice(0, 3));
    await using seen = await world().open('/campaigns/again?show=unknown');
    const { page } = seen;
    const calls = page.getByRole('table', { name: 'again calls' }).locator('tbody tr');
    await expect.poll(() => calls.count()).toBe(1);
    expect(await page.getByRole('button', { name: /again…$/ }).count()).toBe(0);

    await page.getByLabel('Which calls').selectOption('rejected');
    const before = requestsTo(world(), phone(1));
    await page.getByRole('button', { name: 'Queue 1 again…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Queue 1 rejected call again?' });
    await dialog.getByRole('button', { name: 'Queue 1 rejected call' }).click();
    await dialog.getByText('1 call is queued again.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => requestsTo(world(), phone(1))).toBe(before + 1);
    expect(seen.complaints).toEqual([]);
  });

  test('a campaign is paused, resumed and canceled, with the numbers before and after', async () => {
    const { client, simulator } = world();
    const names = Array.from({ length: 400 }, (_, index) => `Person ${index}`);
    // Most are left when it is canceled, however long it takes to get there.
    await world().campaign('steered', names, { pacing: { callsPerSecond: 1 } });
    await using seen = await world().open('/campaigns/steered');
    const { page } = seen;
    await page.getByRole('button', { name: 'Pause…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^\d+ calls wait until you resume it\./).waitFor();
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await dialog.getByText('It is paused: no further call goes out.').waitFor();
    const dialed = simulator.stats().requests;
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.getByText('paused').first().waitFor();
    // Its rate is that of ten seconds: for so long nothing has gone out.
    const asked = { params: { id: 'steered' } };
    await expect
      .poll(async () => (await client.request('GET /campaigns/{id}', asked)).rate.perSecond)
      .toBe(0);
    expect(simulator.stats().requests).toBe(dialed);

    await page.getByRole('button', { name: 'Change…' }).click();
    await dialog.getByLabel('Calls a second').fill('2');
    await dialog.getByText('Lines, start and end').click();
    await dialog.getByLabel('Calls in flight at once').fill('5');
    await dialog.getByLabel('Not after').fill('2099-12-31T17:00');
    await dialog.getByText('1 → 2').waitFor();
    await dialog.getByText('not set → 5').waitFor();
    await dialog.getByText(/^Also for \d+ calls that wait\./).waitFor();
    expect(await seen.barriers()).toEqual([]);
    const { campaign } = await client.request('GET /campaigns/{id}', asked);
    const body = { ...campaign, id: 'steered', fromPhoneNumber: LINE, introNotes: 'Be brief.' };
    const headers = { 'if-match': '*' };
    await client.request('PUT /campaigns/{id}', { ...asked, body, headers });
    const change = dialog.getByRole('button', { name: 'Change', exact: true });
    await change.click();
    await dialog.getByText('Somebody else has changed it meanwhile.').waitFor();
    await dialog.getByText('Ask {{name}}. → Be brief.').waitFor();
    await change.click();
    await dialog.getByText('It is changed.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    const changed = await client.request('GET /campaigns/{id}', asked);
    expect(changed.campaign).toMatchObject({
      pacing: { callsPerSecond: 2, maxInFlight: 5 },
      // By the clock of this browser, which is Denver's.
      expiresAt: '2100-01-01T00:00:00.000Z',
      introNotes: 'Be brief.',
    });

    await page.getByRole('button', { name: 'Resume…' }).click();
    await dialog.getByRole('button', { name: 'Resume' }).click();
    await dialog.getByText('It goes on.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => simulator.stats().requests).toBeGreaterThan(dialed);

    await page.getByRole('button', { name: 'Cancel…' }).click();
    await dialog.getByRole('button', { name: /^Cancel \d+ calls$/ }).click();
    await dialog.getByText('It is canceled.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Resume…' }).waitFor();

    // Of so many rows only those near the window are in the page, yet each can be gone to.
    await page.getByLabel('Which calls').selectOption('canceled');
    await page.getByRole('button', { name: 'Show more' }).click();
    const rows = page.getByRole('table', { name: 'steered calls' }).locator('tr[aria-rowindex]');
    const { outcomes } = await client.request('GET /campaigns/{id}', asked);
    await page.getByText(`${outcomes.canceled} rows`, { exact: true }).waitFor();
    await expect.poll(() => rows.count()).toBeLessThan(200);
    // The heading is row 1.
    await rows.first().press('End');
    expect(await focusedRow(page)).toBe(outcomes.canceled + 1);
    await page.keyboard.press('ArrowUp');
    expect(await focusedRow(page)).toBe(outcomes.canceled);
    expect(await seen.barriers()).toEqual([]);
    await page.setViewportSize({ width: 360, height: 780 });
    await expect.poll(() => seen.overflow()).toBe(0);
    await page.getByLabel('Filter these rows').fill('Person 399');
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByRole('button', { name: 'Queue the 1 shown again…' }).waitFor();
    await page.getByRole('button', { name: 'Person', exact: true }).click();
    const { search } = new URL(page.url());
    expect(search).toBe('?show=canceled&find=Person+399&sort=name');
    expect(seen.complaints).toEqual([]);
  });
}

async function focusedRow(page: Page): Promise<number> {
  return Number(await page.evaluate('document.activeElement.ariaRowIndex'));
}

function requestsTo({ simulator }: ConsoleWorld, number: string): number {
  return simulator.calls().calls.filter(({ toPhoneNumber }) => toPhoneNumber === number).length;
}
