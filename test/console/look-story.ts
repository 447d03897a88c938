import { expect, test } from 'vitest';
import { type ConsoleWorld, phone } from './console-world.ts';
import { HOSTILE_NAMES } from './hostile-names.ts';
import { pastIntake } from './past-intake.ts';
import { pastNights } from './past-nights.ts';

const WIDTHS = [360, 768, 1280, 2560];

/** How it looks and reads: for those who hear it, on every window, in both themes. */
export function lookStory(world: () => ConsoleWorld): void {
  test('no page has a barrier in either theme, and none is too wide', async () => {
    const id = 'look';
    await world().campaign(id, HOSTILE_NAMES);
    await pastNights(world(), 'nightly');
    const list = await checkedList(world(), id);
    await using seen = await world().open(`/campaigns/${id}`);
    const { page } = seen;
    await page.getByText(`${HOSTILE_NAMES.length} of ${HOSTILE_NAMES.length}`).waitFor();
    await pastIntake(world(), 'crm');
    const { calls } = await world().client.request('GET /campaigns/{id}/calls', { params: { id } });
    const longest = calls.find(({ name }) => name.length > 1000);
    const places = [
      '/',
      '/campaigns',
      `/campaigns/${id}`,
      `/calls/${longest?.callId}?campaign=${id}`,
      '/in-doubt',
      '/audit',
      '/access',
      '/new-list',
      `/new-list/${list}`,
      '/system',
      '/holds',
      '/people',
      '/do-not-call',
      '/schedules',
      '/schedules/nightly',
      '/intake?entry=1764547200000-0',
      '/intake/webhooks/crm',
      '/nowhere',
    ];
    for (const place of places) {
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(new URL(place, world().url).href);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('load');
      if (place.endsWith(list)) await page.getByRole('table', { name: 'Columns' }).waitFor();
      expect(await seen.barriers(), `at ${place}`).toEqual([]);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await expect.poll(() => seen.overflow(), { message: `${place} at ${width}` }).toBe(0);
      }
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await seen.colorBarriers(), `${place}, dark`).toEqual([]);
    }
    await page.setViewportSize({ width: 360, height: 780 });
    await page.getByRole('button', { name: 'Sections' }).click();
    expect(await seen.colorBarriers(), 'the drawer, dark').toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await seen.barriers(), 'the drawer').toEqual([]);
    expect(seen.complaints).toEqual([]);
  });

  test('what is not live is shown as stale, and is live again by itself', async () => {
    await using seen = await world().open('/');
    const { page } = seen;
    // This heading stands only over a snapshot: without one there is no time to be as of.
    await page.getByRole('heading', { level: 2, name: 'Campaigns' }).waitFor();
    world().console.signal('SIGSTOP');
    try {
      await page.getByText(/^Not live: as of /).waitFor();
    } finally {
      world().console.signal('SIGCONT');
    }
    await expect.poll(() => page.getByText(/^Not live: as of /).count()).toBe(0);
  });

  test('what keeps calls back is said first, in red', async () => {
    await world().campaign('lineless', ['Ada'], { fromPhoneNumber: ['+15055550109'] });
    await using seen = await world().open('/');
    const notices = seen.page.locator('.notice.is-alarm');
    await expect
      .poll(() => notices.allTextContents())
      .toContainEqual(
        expect.stringContaining('Line +1 505 555 0109 is held: Libby has no agent for this number'),
      );
    await world().client.request('POST /campaigns/{id}/cancel', { params: { id: 'lineless' } });
  });
}

/** Of the same strangers, with the verdicts of a check. Its id. */
async function checkedList({ client }: ConsoleWorld, campaign: string): Promise<string> {
  const rows = HOSTILE_NAMES.map((name, index) => `"${name}",${phone(500 + index)}`);
  const body = new Blob([['Name,Phone', ...rows].join('\n')]);
  const { list } = await client.request('POST /lists', { query: { name: 'look.csv' }, body });
  await client.request('POST /lists/{list}/check', {
    params: { list },
    query: { waitSeconds: 60 },
    body: { campaign },
  });
  return list;
}
