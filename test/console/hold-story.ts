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
}
