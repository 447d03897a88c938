import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { DialQueue } from '@libby-dialer/dial-queue';
import type { SpawnedProcess } from '@libby-dialer/testkit';
import { Dice } from '../chaos/random/dice.ts';
import { patiently } from '../chaos/stage/patience.ts';
import { type Evidence, type PushedEntry, violationsIn } from './checks.ts';
import { Almanac, keyIn, type Plan, PREFIX, SCHEDULE } from './plan.ts';
import { Stage } from './stage.ts';

/** A kill so often, in ms. */
const KILLS_APART = [700, 2500] as const;
const IS_GRACEFUL = 0.25;
/** What ends at all ends within that, where a machine has nothing else to do. */
const ENDS_WITHIN = { idleMs: 300_000, intervalMs: 250 };

export interface NightReport {
  readonly kills: number;
  readonly restarts: number;
  readonly runs: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly lastedMs: number;
  readonly violations: readonly string[];
}

/** Night after night with lists, and orders coming in meanwhile, while daemons die. */
export async function runNights(plan: Plan): Promise<NightReport> {
  const begunAt = Date.now();
  const almanac = new Almanac(begunAt);
  await using stage = await Stage.open(plan, almanac);
  await using crew = await Daemons.start(stage, plan);
  const workers = await Promise.all(Array.from({ length: plan.workers }, () => stage.worker()));
  await using _stop = disposing(workers);
  const trouble = crew.bother(new Dice(plan.seed));
  const producers = Array.from({ length: plan.producers }, (_, self) => stage.produce(plan, self));
  const [files] = await Promise.all([Promise.all(producers), passNights(stage, plan, almanac)]);
  crew.leaveInPeace();
  await trouble;
  const pushed = (await Promise.all(files.map(readPushed))).flat();
  await patiently(() => isOver(stage), ENDS_WITHIN);
  await crew.stop();
  const evidence = await gather(stage, plan, almanac, pushed);
  return {
    kills: crew.kills,
    restarts: crew.restarts,
    runs: countBy([...evidence.runs.values()].flat(), ({ state }) => state),
    statuses: countBy(evidence.statuses.values(), (status) =>
      typeof status === 'object' ? status.kind : String(status),
    ),
    requests: evidence.requested.length,
    lastedMs: Date.now() - begunAt,
    violations: [...crew.badExits, ...violationsIn(plan, almanac, evidence)],
  };
}

/** The daemons, each replaced when it dies. */
class Daemons implements AsyncDisposable {
  kills = 0;
  restarts = 0;
  readonly badExits: string[] = [];
  readonly #stage: Stage;
  #all: SpawnedProcess[] = [];
  #isOver = false;

  private constructor(stage: Stage) {
    this.#stage = stage;
  }

  static async start(stage: Stage, plan: Plan): Promise<Daemons> {
    const daemons = new Daemons(stage);
    daemons.#all = await Promise.all(Array.from({ length: plan.daemons }, () => stage.daemon()));
    return daemons;
  }

  /**
   * Ends one after the other, most of them without a warning; the next not before the one before is
   * replaced.
   */
  async bother(dice: Dice): Promise<void> {
    while (!this.#isOver) {
      await sleep(dice.between(...KILLS_APART));
      const place = dice.between(0, this.#all.length - 1);
      await (dice.chance(IS_GRACEFUL) ? this.#restart(place) : this.#kill(place));
    }
  }

  leaveInPeace(): void {
    this.#isOver = true;
  }

  async stop(): Promise<void> {
    for (const daemon of this.#all) await this.#stopOne(daemon);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#all.map((daemon) => daemon[Symbol.asyncDispose]()));
  }

  async #kill(place: number): Promise<void> {
    this.kills += 1;
    await this.#all[place]?.stop('SIGKILL');
    this.#all[place] = await this.#stage.daemon();
  }

  async #restart(place: number): Promise<void> {
    this.restarts += 1;
    const daemon = this.#all[place];
    if (daemon !== undefined) await this.#stopOne(daemon);
    this.#all[place] = await this.#stage.daemon();
  }

  async #stopOne(daemon: SpawnedProcess): Promise<void> {
    const { code, signal } = await daemon.stop();
    if (code !== 0)
      this.badExits.push(
        `a daemon that was asked to stop ended with ${code ?? signal}: ${daemon.stderr.at(-1)}`,
      );
  }
}

function disposing(processes: readonly SpawnedProcess[]): AsyncDisposableStack {
  const stack = new AsyncDisposableStack();
  for (const process of processes) stack.use(process);
  return stack;
}

async function readPushed(file: string): Promise<PushedEntry[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [id, index] = JSON.parse(line) as [string, number];
    return { id, index };
  });
}

/** Each lasts until its run has ended, however busy the machine is. */
async function passNights(stage: Stage, { nights }: Plan, almanac: Almanac): Promise<void> {
  for (let night = 0; night < nights; night += 1) {
    await stage.passUntil(almanac.endOf(night));
    await patiently(() => hasEnded(stage, almanac.dateOf(night)), ENDS_WITHIN);
  }
}

async function hasEnded({ redis }: Stage, date: string): Promise<boolean> {
  const runs = await DialQueue.open(redis, PREFIX).schedules.runs(SCHEDULE);
  return runs.some(({ local, finishedAt }) => local.startsWith(date) && finishedAt !== undefined);
}

/** Whether nothing of it all is left to be done. */
async function isOver({ redis }: Stage): Promise<boolean> {
  const queue = DialQueue.open(redis, PREFIX);
  if ((await redis.xlen(queue.keys.inbox)) > 0) return false;
  const statuses = await queue.status.readAll();
  return statuses.every(({ pending, inFlight }) => pending + inFlight === 0);
}

async function gather(
  { redis, provider }: Stage,
  plan: Plan,
  almanac: Almanac,
  pushed: readonly PushedEntry[],
): Promise<Evidence> {
  const { keys, inbox, schedules } = DialQueue.open(redis, PREFIX);
  const statuses: Evidence['statuses'] = new Map();
  for (const { id } of pushed) statuses.set(id, await inbox.entryStatus(id));
  const runs = await schedules.runs(SCHEDULE);
  const nights = Array.from({ length: plan.nights }, (_, night) => almanac.dateOf(night));
  const requests = await provider.requests();
  return {
    pushed,
    statuses,
    runs: new Map(nights.map((date) => [date, runs.filter(({ local }) => local.startsWith(date))])),
    requested: requests.map(({ payload }) => keyIn(payload) ?? JSON.stringify(payload)),
    rejected: (await redis.xrange(keys.inboxRejected, '-', '+')).map(
      ([, fields]) => fields[fields.indexOf('entry') + 1] ?? '',
    ),
  };
}

function countBy<Item>(
  items: Iterable<Item>,
  nameOf: (item: Item) => string,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[nameOf(item)] = (counts[nameOf(item)] ?? 0) + 1;
  return counts;
}
