import { expect, test } from 'vitest';
import { type ConsoleWorld, phone } from './console-world.ts';

/** Two people decide on one call in doubt: the second is told of the first, and no phone rings. */
export function deskStory(world: () => ConsoleWorld): void {
  test('of two people at the desk the second is told who decided', async () => {
    const { simulator } = world();
    await world().campaign('desk', ['Ann', 'Bo', 'Cy']);
    await using first = await world().open('/campaigns/desk?show=unknown');
    await first.page.getByRole('link', { name: 'Decide 1…' }).click();
    await first.page.getByRole('heading', { level: 1, name: 'In doubt' }).waitFor();
    const row = first.page.getByRole('row', { name: / Cy connection broke / });
    await row.getByRole('checkbox').check();
    await first.page.getByRole('button', { name: 'Dial 1 once more…' }).click();
    const redial = first.page.getByRole('dialog', { name: 'Dial 1 call once more?' });
    await redial.getByText('This phone may ring twice.').waitFor();
    expect(await first.barriers()).toEqual([]);

    await using second = await world().open('/in-doubt?campaign=desk');
    await second.page.getByRole('checkbox', { name: 'Choose Cy' }).check();
    await second.page.getByRole('button', { name: 'Libby took 1…' }).click();
    const accept = second.page.getByRole('dialog', { name: 'Say that Libby took 1 call?' });
    await accept.getByLabel(/^Note/).fill(`Libby’s mail about Cy, ${phone(2)}`);
    await accept.getByRole('button', { name: 'Mark 1 call as accepted' }).click();
    await accept.getByText('1 call is accepted.').waitFor();

    const rung = simulator.calls().calls.length;
    await redial.getByRole('button', { name: 'Dial 1 call once more' }).click();
    await redial.getByText(/ was first with 1: accepted\.$/).waitFor();
    await first.page.getByText('No call of desk is in doubt.').waitFor();
    expect(simulator.calls().calls.length).toBe(rung);

    const query = { campaign: 'desk', action: 'in_doubt.resolve' };
    const { entries } = await world().client.request('GET /audit', { query });
    expect(entries).toMatchObject([
      { details: { as: 'redial' }, end: { failure: 'not_in_doubt' } },
      { details: { as: 'accepted', note: 'Libby’s mail about [name], [number]' } },
    ]);
    expect([...first.complaints, ...second.complaints]).toEqual([]);
  });
}
