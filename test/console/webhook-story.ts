import { expect, test } from 'vitest';
import type { ConsoleWorld } from './console-world.ts';
import { pastIntake } from './past-intake.ts';

/** Another service was away: what a webhook gave up is sent again, and then it is of no use. */
export function webhookStory(world: () => ConsoleWorld): void {
  test('what a webhook gave up is sent again, and a webhook is forgotten', async () => {
    const { client, simulator } = world();
    const settled = async () => {
      const { outcomes } = await client.request('GET /campaigns/{id}', {
        params: { id: 'billed' },
      });
      return outcomes.accepted;
    };
    await world().campaign('billed', ['Ada']);
    await expect.poll(settled).toBe(1);
    await pastIntake(world(), 'billing');
    await using seen = await world().open('/intake');
    const { page } = seen;
    await page.getByRole('link', { name: 'billing' }).click();
    const rows = page.getByRole('table', { name: 'billing given up' }).locator('tbody tr');
    // Those of other stories may be before it, and fill what is shown at first.
    await rows.first().waitFor();

    const rung = simulator.calls().calls.length;
    await page.getByRole('button', { name: /^Send (?:all )?\d+ again…$/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('No phone rings.').waitFor();
    await dialog.getByRole('button', { name: /^Send \d+ results?$/ }).click();
    await dialog.getByText(/^\d+ results? (?:is|are) sent again\.$/).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.getByText('Nothing was given up.').waitFor();
    expect(simulator.calls().calls.length).toBe(rung);

    await page.getByRole('button', { name: 'Forget…' }).click();
    await dialog.getByRole('button', { name: 'Forget' }).click();
    await page.getByRole('heading', { level: 1, name: 'Intake' }).waitFor();
    await expect.poll(() => page.getByRole('link', { name: 'billing' }).count()).toBe(0);
    const kept = await client.request('GET /audit', { query: { limit: 2 } });
    expect(kept.entries.map(({ action }) => action)).toEqual([
      'forwarder.remove',
      'dead_letters.retry',
    ]);
    expect(seen.complaints).toEqual([]);
  });
}
