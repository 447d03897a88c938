import { expect, test } from 'vitest';
import { type ConsoleWorld, LINE } from './console-world.ts';

/** No other story calls it. */
const NUMBER = '+15055550177';
const ANOTHER = '+15055550178';

/** Somebody complains: what was done is looked up, they are called no more, and erased. */
export function personStory(world: () => ConsoleWorld): void {
  test('a person who complains is found, kept from being called, and erased', async () => {
    const params = { id: 'complained' };
    const settings = { callingWindow: 'anytime', dedupeBy: 'externalId' } as const;
    const campaign = { ...params, ...settings, fromPhoneNumber: LINE };
    await world().client.request('PUT /campaigns/{id}', { params, body: campaign });
    const call = { toPhoneNumber: NUMBER, name: 'Zoe', externalId: 'zoe-1' };
    await world().client.request('POST /campaigns/{id}/calls', { params, body: call });
    await using seen = await world().open('/people');
    const { page } = seen;
    await page.getByLabel('Number, such as').fill('505 555 0177');
    await page.getByLabel('Country').fill('us');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('link', { name: 'Zoe' }).click();
    await page.getByText('Queued in complained.').waitFor();
    expect(page.url()).not.toContain('0177');

    await page.goBack();
    await page.getByRole('link', { name: 'Zoe' }).waitFor();
    await page.getByText('It is not on the do-not-call list.').waitFor();
    await page.getByRole('button', { name: 'Do not call…' }).click();
    const suppress = page.getByRole('dialog', { name: 'Do not call +1 505 555 0177?' });
    await suppress.getByRole('button', { name: 'Do not call' }).click();
    await suppress.getByText('no call to it is about to go out').waitFor();
    await suppress.getByRole('button', { name: 'Close' }).click();
    await page.getByText('Put there by').waitFor();

    await page.getByRole('button', { name: 'Erase…' }).click();
    const erase = page.getByRole('dialog', { name: 'Erase +1 505 555 0177?' });
    await erase.getByText('1 call in complained').waitFor();
    const doIt = erase.getByRole('button', { name: 'Erase' });
    expect(await doIt.isDisabled()).toBe(true);
    await erase.getByLabel('This cannot be undone').fill('erase');
    await doIt.click();
    await erase.getByText('1 call erased').waitFor();
    await erase.getByRole('button', { name: 'Close' }).click();
    await page.getByText('No call is found.').waitFor();

    await page.getByRole('link', { name: 'Do not call' }).click();
    await page.locator('input[type=file]').setInputFiles({
      name: 'unsubscribed.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(`Who,Mobile\nZoe,${NUMBER}\nMax,${ANOTHER}\n`),
    });
    await page.getByText('1 of 2 numbers is on the list.').waitFor();
    await page.getByRole('button', { name: 'Put all of them on it…' }).click();
    const all = page.getByRole('dialog', { name: 'Put all numbers of this list' });
    await all.getByRole('button', { name: 'Put them on it' }).click();
    await all.getByText('1 number put on it, 1 was there already.').waitFor();
    await all.getByRole('button', { name: 'Close' }).click();
    const body = { numbers: [ANOTHER] };
    const { numbers } = await world().client.request('POST /do-not-call/check', { body });
    expect(numbers).toMatchObject([{ isListed: true }]);
    expect(seen.complaints).toEqual([]);
  });
}
