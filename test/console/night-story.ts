import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ConsoleWorld, LINE, phone } from './console-world.ts';

/** Whoever looks after the nights sees how they went, and carries one out. */
export function nightStory(world: () => ConsoleWorld): void {
  test('a night is carried out ahead of its time, once it is said what that does', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'console-nights-'));
    await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
    const list = join(folder, 'people.csv');
    await writeFile(list, `Name,Phone\nAda,${phone(51)}\nBo,${phone(52)}\nCy,none\n`);
    await world().client.request('PUT /schedules/{name}', {
      params: { name: 'reminders' },
      body: {
        cron: '0 18 * * *',
        timezone: 'America/Denver',
        list,
        campaign: {
          id: 'reminders',
          fromPhoneNumber: LINE,
          callingWindow: 'anytime',
          introNotes: 'Ask {{name}}.',
        },
      },
    });
    await using seen = await world().open('/schedules');
    const { page } = seen;
    await page.getByRole('link', { name: 'reminders' }).click();
    await page.getByRole('heading', { level: 1, name: 'reminders' }).waitFor();
    const coming = page.getByRole('table', { name: 'Nights', exact: true }).getByRole('link');
    await coming.first().click();
    await page.getByRole('button', { name: 'Run now…' }).click();

    const dialog = page.getByRole('dialog');
    await dialog.getByText('has 3 rows: 2 calls are queued, 1 row is rejected.').waitFor();
    await dialog.getByText('It uses up that night:').waitFor();
    const queue = dialog.getByRole('button', { name: 'Queue 2 calls' });
    expect(await queue.isDisabled()).toBe(true);
    await dialog.getByLabel('That is meant').check();
    await queue.click();
    await dialog.getByText(/^2 calls are queued in reminders-.*, 1 row rejected\.$/).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();

    await page.getByRole('img', { name: 'accepted 2, waiting 0' }).first().waitFor();
    expect(await page.getByRole('button', { name: 'Run now…' }).count()).toBe(0);

    await page.getByRole('button', { name: 'Change…' }).click();
    const change = dialog.getByRole('button', { name: 'Change', exact: true });
    await dialog.getByText('Nothing is changed yet.').waitFor();
    expect(await change.isDisabled()).toBe(true);
    await dialog.getByLabel('Wait for its list (minutes)').fill('90');
    await dialog.getByText('0 s → 1 h 30 min').waitFor();
    await change.click();
    await dialog.getByText('It is changed:').waitFor();
    expect(seen.complaints).toEqual([]);
  });
}
