import { eventually, fictionalNumbers, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DialingWorld } from '../testing/dialing-world.ts';

/** Each calls everybody, on a line of its own by which the provider's log tells them apart. */
const LINES = {
  spring: '+15055550101',
  summer: '+15055550102',
  paused: '+15055550103',
  canceled: '+15055550104',
} as const;
type CampaignId = keyof typeof LINES;
const CAMPAIGNS = Object.keys(LINES) as CampaignId[];
/** In each campaign; `THOROUGH=1` has more of them. */
const CALLS = process.env['THOROUGH'] === '1' ? 2500 : 1000;
const NUMBERS = fictionalNumbers().slice(0, CALLS);
/** Around the call that is dialed next, and of these every other: the rest still rings. */
const BEHIND = 5;
const AHEAD = 15;

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

/**
 * From this instant on, and until that one, none of these calls may begin. In ms since 1970, as the
 * simulator tells them.
 */
interface Promised {
  readonly what: string;
  readonly from: number;
  until: number;
  readonly concerns: (line: string | null, number: string) => boolean;
}

class Race {
  readonly world: DialingWorld;
  readonly promises: Promised[] = [];
  readonly #asked = new Set<string>();

  constructor(world: DialingWorld) {
    this.world = world;
  }

  /** How many of the campaign's calls have an outcome. */
  async settled(id: CampaignId): Promise<number> {
    const { outcomes } = await this.world.status(id);
    return Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  }

  async until(id: CampaignId, share: number): Promise<void> {
    await eventually(async () => (await this.settled(id)) >= share * NUMBERS.length);
  }

  /** Those who are being called and who come next ask not to be, until all have had their turn. */
  async suppressAlong(id: CampaignId): Promise<void> {
    for (;;) {
      const next = await this.settled(id);
      if (next === NUMBERS.length) return;
      const around = NUMBERS.slice(Math.max(0, next - BEHIND), next + AHEAD);
      const asking = around.filter((number, index) => index % 2 === 0 && !this.#asked.has(number));
      for (const number of asking) this.#asked.add(number);
      await this.world.doNotCall.add(asking);
      await this.world.doNotCall.outlastEarlierClaims();
      const people = new Set(asking);
      this.#promise('not to be called', (_, number) => people.has(number));
    }
  }

  /** Paused half-way for as long as the others take to get so far. */
  async pauseWhile(id: CampaignId, others: Promise<unknown>): Promise<void> {
    await this.world.control.apply('pause', id);
    const promised = this.#promise('paused', (line) => line === LINES[id]);
    if ((await this.settled(id)) === NUMBERS.length)
      throw new Error(`there was nothing left of ${id} to pause`);
    await others;
    promised.until = now();
    await this.world.control.apply('resume', id);
  }

  async cancel(id: CampaignId): Promise<void> {
    await this.world.control.apply('cancel', id);
    this.#promise('canceled', (line) => line === LINES[id]);
  }

  /** Calls that began although it had been said that they would not. */
  broken(): string[] {
    const { calls } = this.world.simulator.calls();
    return this.promises.flatMap(({ what, from, until, concerns }) =>
      calls
        .filter(({ atMs, fromPhoneNumber, toPhoneNumber }) => {
          return atMs > from && atMs < until && concerns(fromPhoneNumber, toPhoneNumber);
        })
        .map(
          ({ atMs, toPhoneNumber }) =>
            `${toPhoneNumber}: ${what}, and asked for ${atMs - from} ms later`,
        ),
    );
  }

  #promise(what: string, concerns: Promised['concerns']): Promised {
    const promised = { what, from: now(), until: Number.POSITIVE_INFINITY, concerns };
    this.promises.push(promised);
    return promised;
  }
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

test('do-not-call, pause and cancel: once one is said, no call that it concerns begins', async () => {
  await using world = await DialingWorld.open(redis, { latencyMs: 3 });
  for (const id of CAMPAIGNS) {
    await world.campaign({ id, fromPhoneNumber: LINES[id] });
    await world.load(NUMBERS, id);
  }
  const race = new Race(world);
  const settings = { concurrency: 20, connectTimeoutMs: 60_000, responseTimeoutMs: 60_000 };
  await Promise.all([1, 2, 3].map(() => world.startWorker(settings)));
  await Promise.all([
    race.suppressAlong('spring'),
    pauseTwice(race),
    race.until('canceled', 0.4).then(() => race.cancel('canceled')),
  ]);
  await Promise.all(CAMPAIGNS.map((id) => race.until(id, 1)));

  expect(race.broken()).toEqual([]);
  // Each was in time to keep calls from going out, and none came before any had.
  expect((await world.status('canceled')).outcomes.canceled).toBeGreaterThan(0);
  for (const id of ['spring', 'canceled'] as const) {
    expect((await world.status(id)).outcomes.suppressed).toBeGreaterThan(0);
    expect((await world.status(id)).outcomes.accepted).toBeGreaterThan(0);
  }
  await everyRowEndedOnce(world);
});

async function pauseTwice(race: Race): Promise<void> {
  await race.until('paused', 0.2);
  await race.pauseWhile('paused', race.until('spring', 0.4));
  await race.until('paused', 0.5);
  await race.pauseWhile('paused', race.until('summer', 1));
}

/** One outcome for each row, and a request where it says that there was one. */
async function everyRowEndedOnce(world: DialingWorld): Promise<void> {
  const { calls } = world.simulator.calls();
  for (const id of CAMPAIGNS) {
    const results = await world.results(id);
    const { outcomes, pending, inFlight } = await world.status(id);
    const recorded = Map.groupBy(results, ({ outcome }) => outcome);
    expect(results.map(({ toPhoneNumber }) => toPhoneNumber).toSorted()).toEqual(
      NUMBERS.toSorted(),
    );
    for (const [outcome, count] of Object.entries(outcomes)) {
      expect([outcome, recorded.get(outcome as keyof typeof outcomes)?.length ?? 0]).toEqual([
        outcome,
        count,
      ]);
    }
    expect([pending, inFlight, await world.failedJobs(id)]).toEqual([0, 0, 0]);
    const rang = calls.filter(({ fromPhoneNumber }) => fromPhoneNumber === LINES[id]);
    const accepted = recorded.get('accepted') ?? [];
    expect(rang.map(({ toPhoneNumber }) => toPhoneNumber).toSorted()).toEqual(
      accepted.map(({ toPhoneNumber }) => toPhoneNumber).toSorted(),
    );
  }
}
