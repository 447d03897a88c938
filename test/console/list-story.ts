import { expect, test } from 'vitest';
import { type ConsoleWorld, LINE, phone } from './console-world.ts';
import { HOSTILE_NAMES } from './hostile-names.ts';

const COUNT = 40;

/** A spreadsheet as somebody may have it: a column that only they know is the name. */
function guestFile() {
  const rows = Array.from(
    { length: COUNT },
    (_, index) => `"${HOSTILE_NAMES[index] ?? `Guest ${index}`}",${phone(400 + index)},Denver`,
  );
  const buffer = Buffer.from(['Guest,Mobile,City', ...rows, 'Nobody,,Denver'].join('\n'));
  return { name: 'guests.csv', mimeType: 'text/csv', buffer };
}

/** Somebody without a terminal brings a list, tries a few calls, and lets the rest go. */
export function listStory(world: () => ConsoleWorld): void {
  test('a list is brought, understood, tried with three calls, and then let go', async () => {
    await using seen = await world().open('/new-list');
    const { page } = seen;
    // The line breaks in the middle; it goes on from there by itself.
    let broken = 0;
    await page.route('**/api/v1/uploads/*', async (route) => {
      if (route.request().method() === 'PUT' && broken++ === 0) await route.abort();
      else await route.continue();
    });
    await page.locator('input[type=file]').setInputFiles(guestFile());
    const columns = page.getByRole('table', { name: 'Columns' });
    await columns.waitFor();
    expect(broken).toBeGreaterThan(1);
    expect(await columns.textContent()).toContain('<img src=x onerror=alert(1)>');
    await page.getByLabel('Guest holds').selectOption('name');

    await page.getByLabel('Name of the campaign').fill('gala');
    await page.getByText('gala is a new one').waitFor();
    await page.getByLabel('From number').fill(LINE);
    await page.getByLabel('Says first, word for word').fill('Good day {{name}} in {{city}}.');
    await page.getByText('Good day Ana Ruiz in Denver.').waitFor();
    await page.getByText('Of these rows cannot be called: 1 without a number.').waitFor();
    await page.getByLabel('At any hour').check();

    await page.getByRole('button', { name: 'Check the list' }).click();
    await page.getByLabel('Which rows').selectOption('never');
    const verdicts = page.getByRole('table', { name: 'Verdicts' }).locator('tbody tr');
    await expect.poll(() => verdicts.count()).toBe(1);

    await page.getByLabel('How many first').fill('3');
    await page.getByRole('button', { name: 'Load…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Load it into gala?' });
    await dialog.getByText('3 calls can go out at once').waitFor();
    await dialog.getByText('Simulated: no phone rings.').waitFor();
    const load = dialog.getByRole('button', { name: `Load ${COUNT} calls` });
    expect(await load.isDisabled()).toBe(true);
    await dialog.getByLabel('Type 3 to load it').fill('3');
    await load.click();

    await page.getByRole('heading', { level: 2, name: 'Loaded into gala' }).waitFor();
    await page.getByRole('link', { name: 'Download them' }).waitFor();
    await page.getByRole('link', { name: 'Watch campaign gala' }).click();
    await page.getByRole('heading', { level: 1, name: 'gala' }).waitFor();
    const settled = async () => {
      const gala = { params: { id: 'gala' } };
      const { outcomes } = await world().client.request('GET /campaigns/{id}', gala);
      return outcomes.accepted;
    };
    await expect.poll(settled).toBe(3);

    const notice = page.locator('.notice', { hasText: 'Campaign gala is held:' });
    await notice.getByRole('button', { name: 'Release…' }).click();
    const release = page.getByRole('dialog');
    await release.getByRole('button', { name: 'Release' }).click();
    await release.getByText('The rest of its calls follows.').waitFor();
    await release.getByRole('button', { name: 'Close' }).click();
    await expect.poll(settled).toBe(COUNT);

    await page.getByRole('button', { name: 'Your table back…' }).click();
    const back = page.getByRole('dialog', { name: 'Your table back' });
    await back.locator('input[type=file]').setInputFiles(guestFile());
    const download = page.waitForEvent('download');
    await back.getByRole('link', { name: 'Download it' }).click();
    const table = (await Array.fromAsync(await (await download).createReadStream())).join('');
    expect((await download).suggestedFilename()).toBe('guests.results.csv');
    expect(table.match(/,Denver,.*\baccepted\b/g)).toHaveLength(COUNT);
    expect(seen.complaints).toEqual([]);
  });

  test('a list that somebody has loaded already is told, and loads nothing twice', async () => {
    await using seen = await world().open('/new-list');
    const { page } = seen;
    await page.locator('input[type=file]').setInputFiles(guestFile());
    await page.getByText('This list seems to be here already:').waitFor();
    await page.getByRole('button', { name: 'Upload it all the same' }).click();
    await page.getByText('The same list seems to be loaded by another:').waitFor();
    await page.getByLabel('Guest holds').selectOption('name');
    await page.getByLabel('Name of the campaign').fill('gala');
    await page.getByText('Of these rows cannot be called: 1 without a number.').waitFor();
    await page.getByRole('button', { name: 'Load…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Load it into gala?' });
    await dialog.getByText('Nothing in it is new').waitFor();
    expect(await dialog.getByRole('button', { name: /^Load/ }).count()).toBe(0);
    expect(seen.complaints).toEqual([]);
  });
}
