/**
 * Makes the pictures of the page that documents show, anew: `npm run screenshots`. Of a console
 * that runs, with calls that go to the simulator.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@libby-dialer/testkit';
import { ConsoleWorld, LINE, OTHER_LINE, phone } from './console-world.ts';

const FOLDER = join(import.meta.dirname, '../../docs/images');
const PACE = / calls a second/;
/** So many calls have an outcome when the pictures are taken. */
const SETTLED = 400;

const FIRST = ['Ana', 'François', 'Zoë', 'Noor', 'Kofi', 'Mei', 'Jonas', 'Priya', 'Luis', 'Ingrid'];
const LAST = ['Ruiz', 'Bé', 'Adams', 'Haddad', 'Mensah', 'Lin', 'Weber', 'Nair', 'Ortega', 'Dahl'];

await using world = await ConsoleWorld.start({
  latencyMs: 300,
  agents: [LINE],
  script: [
    { match: { rate: 0.05 }, do: { status: 400, body: { message: 'customQuestions: too long' } } },
    { match: { rate: 0.005 }, do: { fault: 'reset_after' } },
  ],
});
await fill(world);
mkdirSync(FOLDER, { recursive: true });
for (const theme of ['light', 'dark'] as const) {
  await shoot('/', `overview-${theme}`, { theme, height: 680 });
  await shoot('/campaigns/spring-events', `campaign-${theme}`, { theme, height: 1000 }, PACE);
}
await shoot('/campaigns/spring-events', 'campaign-phone', { width: 360, height: 780 }, PACE);
await shoot(`/new-list/${await guestList(world)}`, 'new-list', { height: 1060 }, /^Good day [A-Z]/);

/** Campaigns in the states that one meets: over, dialing, paused, and not begun. */
async function fill({ client }: ConsoleWorld): Promise<void> {
  await world.campaign('nightly-reminders', people(120));
  await world.campaign('winback', people(300), { pacing: { callsPerSecond: 2 } });
  await world.campaign('spring-events', people(1000), {
    fromPhoneNumber: [LINE, OTHER_LINE],
    pacing: { callsPerSecond: 8 },
  });
  const startsAt = new Date(Date.now() + 16 * 3_600_000).toISOString();
  await world.campaign('invitations', people(800), { startsAt, pacing: { callsPerSecond: 4 } });
  // Somebody looks on meanwhile, or there would be no rates to show.
  await using _ = await world.open('/');
  await eventually(async () => (await settled('winback')) > 30);
  await client.request('POST /campaigns/{id}/pause', { params: { id: 'winback' } });
  await eventually(async () => (await settled('spring-events')) > SETTLED);
}

/** One that was checked for a campaign. Its id. */
async function guestList({ client }: ConsoleWorld): Promise<string> {
  const id = 'gala';
  const introMessage = 'Good day {{name}}. Will you come to the gala in {{city}}?';
  const body = { id, fromPhoneNumber: LINE, introMessage, defaultCountry: 'US' };
  await client.request('PUT /campaigns/{id}', { params: { id }, body });
  const rows = people(60).map(
    (name, index) => `${name},${phone(index * 10)},${index % 2 === 0 ? 'Denver' : 'Boston'}`,
  );
  const table = new Blob([['Name,Mobile,City', ...rows].join('\n')]);
  const query = { name: 'guests.csv' };
  const { list } = await client.request('POST /lists', { query, body: table });
  await client.request('POST /lists/{list}/check', {
    params: { list },
    query: { waitSeconds: 60 },
    body: { campaign: id },
  });
  return list;
}

async function settled(id: string): Promise<number> {
  const { outcomes } = await world.client.request('GET /campaigns/{id}', { params: { id } });
  return Object.values(outcomes).reduce((sum, count) => sum + count, 0);
}

function people(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `${FIRST[index % 10]} ${LAST[Math.floor(index / 10) % 10]}`,
  );
}

async function shoot(
  path: string,
  name: string,
  sight: Parameters<ConsoleWorld['open']>[1],
  text?: RegExp,
): Promise<void> {
  await using seen = await world.open(path, sight);
  await seen.page.getByRole('row').nth(1).waitFor();
  if (text !== undefined) await seen.page.getByText(text).first().waitFor();
  await seen.page.screenshot({ path: join(FOLDER, `console-${name}.png`) });
}
