import { expect, test } from 'vitest';
import type { ConsoleWorld } from './console-world.ts';

/** Somebody sees why dialing has stopped, and lets it go on. */
export function holdStory(world: () => ConsoleWorld): void {
  test('a hold is released, with what waits behind it said before', async () => {
    await world().campaign('unlined', ['Ada', 'Bo'], { fromPhoneNumber: ['+15055550108'] });
    await using seen = await world().open('/holds');
    const { page } = seen;
    const notice = page.locator('.notice', { hasText: 'Line +1 505 555 0108 is held:' });
    await notice.getByText('2 calls of 1 campaign wait behind it').waitFor();

    await notice.getByRole('button', { name: 'Release…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Release line +1 505 555 0108?' });
    await dialog.getByText('2 calls of 1 campaign wait behind it').waitFor();
    // Nothing goes out there any more that would hold it again.
    await world().client.request('POST /campaigns/{id}/cancel', { params: { id: 'unlined' } });
    await dialog.getByRole('button', { name: 'Release' }).click();
    await dialog.getByText('Line +1 505 555 0108 is released.').waitFor();
    await expect.poll(() => notice.count()).toBe(0);
    // It has left the list, yet what came of it can still be read.
    await dialog.getByRole('button', { name: 'Close' }).click();
    expect(seen.complaints).toEqual([]);
  });

  test('everything is stopped, also what is yet to come, until it is released', async () => {
    await using seen = await world().open('/holds');
    const { page } = seen;
    await page.getByRole('button', { name: 'Stop all dialing…' }).click();
    const stop = page.getByRole('dialog', { name: 'Stop all dialing?' });
    await stop.getByLabel('Why').fill('wrong texts');
    await stop.getByRole('button', { name: 'Stop' }).click();
    await stop.getByText('All dialing is stopped: no further call goes out.').waitFor();
    await stop.getByRole('button', { name: 'Close' }).click();
    await world().campaign('after-stop', ['Ada']);
    const notice = page.locator('.notice', { hasText: 'All dialing is held:' });
    await notice.getByText('wrong texts').waitFor();
    await notice.getByText('1 call of 1 campaign waits behind it').waitFor();
    await notice.getByRole('button', { name: 'Release…' }).click();
    const release = page.getByRole('dialog', { name: 'Release All dialing?' });
    await release.getByRole('button', { name: 'Release' }).click();
    await release.getByText('What waited there goes on.').waitFor();
    await release.getByRole('button', { name: 'Close' }).click();
    await page.goto(new URL('/campaigns/after-stop', world().url).href);
    await page.getByText('1 of 1').waitFor();
    expect(seen.complaints).toEqual([]);
  });
}
