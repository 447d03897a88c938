import { access, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { ScheduleRun, ScheduleStore } from '@libby-dialer/dial-queue';
import {
  checkSchedule,
  parseCampaign,
  type Schedule,
  type ScheduleSettings,
} from '@libby-dialer/dialing';
import { Context } from '@libby-dialer/operations';
import { eachTest, TESTER, type TestBench } from '@libby-dialer/operations/testing';
import {
  createLogger,
  createRedis,
  loadConfig,
  Redactor,
  redisConfig,
} from '@libby-dialer/runtime';
import { eventually, programFile, spawnProcess } from '@libby-dialer/testkit';
import { Registry } from 'prom-client';
import { beforeEach, describe, expect, test } from 'vitest';
import { SchedulePart, type SchedulePartOptions } from './schedule-part.ts';

const MAIN = programFile('enqueuer');
/** Tuesday, 18:00 in Denver. */
const DUE = Date.parse('2026-12-02T01:00Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let bench: TestBench;
let store: ScheduleStore;
let now: number;
eachTest((each) => {
  bench = each;
});
beforeEach(() => {
  store = bench.queue.schedules;
  now = DUE - HOUR_MS;
});

/** The schedule part of a daemon, on the clock of the test. */
class Daemon implements AsyncDisposable {
  readonly part: SchedulePart;
  readonly registry = new Registry();
  readonly log: Record<string, unknown>[] = [];
  /** How often it has asked for the time: at each look, at least. */
  looks = 0;
  readonly #end: () => Promise<void>;

  private constructor(context: Context, options: SchedulePartOptions, end: () => Promise<void>) {
    const destination = new Writable({
      write: (line: Buffer, _encoding, done) => {
        this.log.push(JSON.parse(line.toString()) as Record<string, unknown>);
        done();
      },
    });
    const logger = createLogger({
      level: 'info',
      name: 'test',
      redactor: new Redactor(),
      destination,
    });
    const daemonId = `daemon-${Math.random().toString(36).slice(2)}`;
    this.part = new SchedulePart(
      { context, logger, registry: this.registry, daemonId, connect: noConnection },
      {
        now: async () => {
          this.looks += 1;
          return now;
        },
        lookEveryMs: 10,
        settleMs: 0,
        ...options,
      },
    );
    this.#end = end;
  }

  static async start(options: SchedulePartOptions = {}): Promise<Daemon> {
    const config = loadConfig({ redis: redisConfig }, bench.environment, {
      redactor: new Redactor(),
    });
    const logger = createLogger({
      level: 'error',
      name: 'test',
      redactor: new Redactor(),
      destination: process.stderr,
    });
    const connection = createRedis(config.redis.connection, {
      role: 'worker',
      name: 'test',
      logger,
    });
    await connection.connect();
    const daemon = new Daemon(new Context(config, logger, connection.client, TESTER), options, () =>
      connection.stop(),
    );
    await daemon.part.start();
    return daemon;
  }

  async finished(state: string): Promise<number> {
    const { values } = (await this.registry
      .getSingleMetric('libby_dialer_schedule_runs_total')
      ?.get()) ?? {
      values: [],
    };
    return values.find(({ labels }) => labels['state'] === state)?.value ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.part.stop();
    await this.#end();
  }
}

async function noConnection(): Promise<never> {
  throw new Error('schedules need no connection of their own');
}

function nightly(
  settings: Partial<ScheduleSettings> & { campaignSettings?: object } = {},
): Schedule {
  const { campaignSettings, ...others } = settings;
  const content = { id: 'template', fromPhoneNumber: '+15055550100', ...campaignSettings };
  const verdict = parseCampaign(content);
  if (!verdict.ok) throw new Error(verdict.problems.join('\n'));
  const all = {
    name: 'nightly',
    cron: '0 18 * * *',
    timezone: 'America/Denver',
    list: join(bench.directory, '{{date}}.csv'),
    campaign: verdict.campaign,
    waitForListMs: 0,
    ...others,
  };
  return checkSchedule(all, now);
}

/** A list of as many calls as one likes, told apart by their ids. */
async function longList(name: string, count: number): Promise<string> {
  const rows = Array.from({ length: count }, (_, index) => `Ada,+15055550123,order-${index}\n`);
  return await bench.file(name, `Name,Phone,externalId\n${rows.join('')}`);
}

async function run(local = '2026-12-01T18:00'): Promise<ScheduleRun | undefined> {
  return await store.run('nightly', local);
}

async function until(state: ScheduleRun['state'], local?: string): Promise<ScheduleRun> {
  await eventually(async () => (await run(local))?.state === state);
  return (await run(local)) as ScheduleRun;
}

/** As if so much time had passed since whoever has the run was heard of. */
async function endLease(local = '2026-12-01T18:00'): Promise<void> {
  const { runs } = bench.keys.schedule('nightly');
  const record = JSON.parse((await bench.redis.hget(runs, local)) ?? '{}') as object;
  await bench.redis.hset(runs, local, JSON.stringify({ ...record, leaseUntil: 0 }));
}

/**
 * Starts to load the run in a process of its own, and kills it when the first rows are in. Returns
 * how many are.
 */
async function killInMidLoad(): Promise<number> {
  const argv = [MAIN, 'schedule', 'run', 'nightly', '--date', '2026-12-01', '--early'];
  await using loading = await spawnProcess(process.execPath, argv, {
    env: { ...bench.environment },
  });
  await eventually(async () => (await queuedIn('nightly-2026-12-01')) > 0, { intervalMs: 5 });
  await loading.stop('SIGKILL');
  return await queuedIn('nightly-2026-12-01');
}

/** A daemon stops while it loads the run's 6,000 rows. */
async function stopInMidLoad(): Promise<void> {
  await store.put(nightly({ campaignSettings: { dedupeBy: 'externalId' } }));
  await longList('2026-12-01.csv', 6000);
  now = DUE;
  const first = await Daemon.start();
  await eventually(async () => (await queuedIn('nightly-2026-12-01')) > 0, { intervalMs: 5 });
  await first[Symbol.asyncDispose]();
}

async function queuedIn(campaign: string): Promise<number> {
  return (await bench.queued(campaign)).length;
}

describe('a run', () => {
  test('is a campaign of its own, loaded when it is due', async () => {
    await store.put(nightly({ expiresAfterMs: 3 * HOUR_MS }));
    await bench.file('2026-12-01.csv', 'Name,Phone\nAda,+15055550123\nBob,none\n');
    await using daemon = await Daemon.start();
    expect(await store.runs('nightly')).toEqual([]);
    now = DUE;
    const done = await until('loaded');
    expect(done).toMatchObject({
      campaign: 'nightly-2026-12-01',
      dueAt: DUE,
      finishedAt: DUE,
      counts: { rows: 2, queued: 1, rejected: 1 },
    });
    expect(done).not.toHaveProperty('owner');
    expect(done.rejectsFile).toBe(join(bench.directory, '2026-12-01.csv.rejected.csv'));
    await access(done.rejectsFile as string);
    const campaign = JSON.parse(
      (await bench.redis.hget(bench.keys.campaigns, 'nightly-2026-12-01')) as string,
    ) as object;
    expect(campaign).toMatchObject({ id: 'nightly-2026-12-01', expiresAt: DUE + 3 * HOUR_MS });
    expect(await queuedIn('nightly-2026-12-01')).toBe(1);
    expect(await daemon.finished('loaded')).toBe(1);
  });

  test('is carried out once by several daemons that see it at the same time', async () => {
    await store.put(nightly({ campaignSettings: { dedupeBy: 'externalId' } }));
    await longList('2026-12-01.csv', 1500);
    now = DUE;
    const daemons = await Promise.all(Array.from({ length: 3 }, () => Daemon.start()));
    const done = await until('loaded');
    for (const daemon of daemons) await daemon[Symbol.asyncDispose]();
    const counts = await Promise.all(daemons.map((daemon) => daemon.finished('loaded')));
    expect(counts.toSorted((one, other) => one - other)).toEqual([0, 0, 1]);
    // Whoever had been second would have found rows queued already.
    expect(done.counts).toMatchObject({ rows: 1500, queued: 1500, alreadyQueued: 0 });
  });

  test('of a killed process is taken over when its lease has run out, and its list is loaded once', async () => {
    await store.put(nightly({ campaignSettings: { dedupeBy: 'externalId' } }));
    await longList('2026-12-01.csv', 8000);
    now = DUE;
    const before = await killInMidLoad();
    expect(before).toBeLessThan(8000);
    await using daemon = await Daemon.start();
    await eventually(async () => daemon.looks > 3);
    expect(await run()).toMatchObject({
      state: 'loading',
      owner: expect.stringMatching(/^schedule-run/) as string,
    });
    await endLease();
    const { counts } = await until('loaded');
    expect(counts).toMatchObject({ rows: 8000, queued: 8000 - before, alreadyQueued: before });
  });

  test('that is told by its rows is not taken over with another list', async () => {
    await store.put(nightly({ campaignSettings: { dedupeBy: 'row' } }));
    await longList('2026-12-01.csv', 8000);
    now = DUE;
    const before = await killInMidLoad();
    await endLease();
    await longList('2026-12-01.csv', 7999);
    await using _daemon = await Daemon.start();
    expect(await until('failed')).toMatchObject({
      reason: 'list_changed',
      message: expect.stringContaining('has changed') as string,
    });
    expect(await queuedIn('nightly-2026-12-01')).toBe(before);
  });

  test('is given back in the middle of its list by a daemon that stops, and the next goes on at once', async () => {
    await stopInMidLoad();
    const before = await queuedIn('nightly-2026-12-01');
    expect(before).toBeLessThan(6000);
    expect(await run()).toMatchObject({ state: 'loading' });
    expect(await run()).not.toHaveProperty('owner');
    await using _next = await Daemon.start();
    expect((await until('loaded')).counts).toMatchObject({
      queued: 6000 - before,
      alreadyQueued: before,
    });
  });

  test('whose list cannot be read fails, is told, and counted', async () => {
    await store.put(nightly());
    await bench.file('2026-12-01.csv', 'Colour\nred\n');
    now = DUE;
    await using daemon = await Daemon.start();
    expect(await until('failed')).toMatchObject({ reason: 'list_no_phone_column' });
    await eventually(async () => (await daemon.finished('failed')) === 1);
    expect(daemon.log).toContainEqual(
      expect.objectContaining({
        level: 50,
        schedule: 'nightly',
        run: '2026-12-01T18:00',
        reason: 'list_no_phone_column',
      }),
    );
  });
});

test('a list whose rows are all rejected is an error in the log', async () => {
  await store.put(nightly());
  await writeFile(join(bench.directory, '2026-12-01.csv'), 'Name,Phone\nAda,none\n');
  now = DUE;
  await using daemon = await Daemon.start();
  expect((await until('loaded')).counts).toMatchObject({ rows: 1, rejected: 1 });
  await eventually(() => daemon.log.some(({ level, rejected }) => level === 50 && rejected === 1));
});

describe('a list that is not there', () => {
  test('is waited for', async () => {
    await store.put(nightly({ waitForListMs: 2 * HOUR_MS }));
    now = DUE;
    await using daemon = await Daemon.start();
    await until('waiting_for_list');
    const list = join(bench.directory, '2026-12-01.csv');
    await eventually(() =>
      daemon.log.some(
        (line) => line['msg'] === 'a run waits for its list' && line['list'] === list,
      ),
    );
    now = DUE + HOUR_MS;
    await writeFile(join(bench.directory, 'new'), 'Name,Phone\nAda,+15055550123\n');
    await rename(join(bench.directory, 'new'), join(bench.directory, '2026-12-01.csv'));
    expect((await until('loaded')).counts).toMatchObject({ queued: 1 });
    expect(daemon.log.filter(({ level }) => level === 50)).toEqual([]);
  });

  test('is waited for beyond the next run, where runs come more often than that', async () => {
    const settings = {
      cron: '* 18 * * *',
      waitForListMs: HOUR_MS / 6,
      campaignSettings: { callingWindow: 'anytime' },
    };
    await store.put(nightly({ ...settings, list: join(bench.directory, '{{time}}.csv') }));
    now = DUE;
    await using _daemon = await Daemon.start();
    await until('waiting_for_list');
    now = DUE + HOUR_MS / 12;
    await eventually(async () => (await run('2026-12-01T18:05'))?.state === 'waiting_for_list');
    await bench.list('1800.csv', 1);
    expect((await until('loaded')).counts).toMatchObject({ queued: 1 });
    expect(await run('2026-12-01T18:01')).toMatchObject({ state: 'waiting_for_list' });
  });

  test('is reported when the wait is over', async () => {
    await store.put(nightly({ waitForListMs: 2 * HOUR_MS }));
    now = DUE;
    await using daemon = await Daemon.start();
    await until('waiting_for_list');
    now = DUE + 2 * HOUR_MS - 1;
    const { looks } = daemon;
    await eventually(() => daemon.looks > looks + 4);
    expect(await run()).toMatchObject({ state: 'waiting_for_list' });
    now = DUE + 2 * HOUR_MS;
    expect(await until('failed')).toMatchObject({ reason: 'list_missing', finishedAt: now });
    expect(await bench.redis.hexists(bench.keys.campaigns, 'nightly-2026-12-01')).toBe(0);
    await eventually(async () => (await daemon.finished('failed')) === 1);
  });

  test('night after night leaves no more records than are kept', async () => {
    await store.put(nightly());
    const before = Array.from({ length: 400 }, (_, dueAt): [string, string] => {
      return [
        `before ${dueAt}`,
        JSON.stringify({ state: 'failed', campaign: `before-${dueAt}`, dueAt }),
      ];
    });
    const { runs } = bench.keys.schedule('nightly');
    await bench.redis.hset(runs, Object.fromEntries(before));
    now = DUE;
    await using _daemon = await Daemon.start();
    await eventually(async () => (await bench.redis.hexists(runs, 'before 0')) === 0);
    expect(await bench.redis.hlen(runs)).toBe(400);
  });

  test('keeps no other schedule waiting, and is not waited for by default', async () => {
    await store.put(nightly());
    await store.put({ ...nightly({ waitForListMs: 2 * HOUR_MS }), name: 'a-waiting-one' });
    now = DUE;
    await using _daemon = await Daemon.start();
    expect(await until('failed')).toMatchObject({ reason: 'list_missing' });
    await eventually(
      async () =>
        (await store.run('a-waiting-one', '2026-12-01T18:00'))?.state === 'waiting_for_list',
    );
  });
});

describe('after downtime', () => {
  test('a run is done late while its hours still allow it', async () => {
    await store.put(nightly());
    await bench.list('2026-12-01.csv', 3);
    now = DUE + 3 * HOUR_MS - 1;
    await using _daemon = await Daemon.start();
    expect(await until('loaded')).toMatchObject({ dueAt: DUE, startedAt: now });
  });

  test('a run whose hours are over is recorded as missed, and never loaded', async () => {
    await store.put(nightly());
    await bench.list('2026-12-01.csv', 3);
    now = DUE + 3 * HOUR_MS;
    await using daemon = await Daemon.start();
    expect(await until('missed')).toMatchObject({
      reason: 'too_late',
      message: 'It could not begin before 2026-12-02T04:00:00.000Z, when its hours ended.',
    });
    expect(await daemon.finished('missed')).toBe(1);
    expect(daemon.log).toContainEqual(
      expect.objectContaining({ level: 50, runs: 1, from: '2026-12-01T18:00' }),
    );
    expect(await bench.redis.exists(bench.keys.campaigns)).toBe(0);
  });

  test('a run that had begun is finished, whatever the hour', async () => {
    await stopInMidLoad();
    now = DUE + 12 * HOUR_MS;
    await using _next = await Daemon.start();
    expect((await until('loaded')).counts).toMatchObject({ rows: 6000 });
  });

  test('of many runs all are recorded, each once, and the latest is done', async () => {
    await store.put(
      nightly({
        cron: '* * * * *',
        list: join(bench.directory, 'same.csv'),
        campaignSettings: { callingWindow: 'anytime' },
      }),
    );
    await bench.list('same.csv', 1);
    now = DUE + 20 * HOUR_MS + 1;
    const before = await Daemon.start();
    await eventually(async () => (await run('2026-12-02T14:00'))?.state === 'loaded');
    await before[Symbol.asyncDispose]();
    expect(await before.finished('missed')).toBe(21 * 60 - 1);
    expect(await before.finished('loaded')).toBe(1);
    // Those of old are dropped, and do not come back.
    expect(await store.runs('nightly')).toHaveLength(400);
    await using _daemon = await Daemon.start();
    expect(await store.runs('nightly')).toHaveLength(400);
  });
});

describe('a schedule that is added again', () => {
  test('just so changes nothing, and loses and doubles no run that is due', async () => {
    await store.put(nightly());
    await bench.list('2026-12-01.csv', 3);
    now = DUE + MINUTE_MS;
    expect(await store.put(nightly())).toBe('unchanged');
    await using daemon = await Daemon.start();
    await until('loaded');
    expect(await store.put(nightly())).toBe('unchanged');
    const { looks } = daemon;
    await eventually(() => daemon.looks > looks + 3);
    expect(await store.runs('nightly')).toHaveLength(1);
    expect(await daemon.finished('loaded')).toBe(1);
  });

  test('with another cron keeps the run that was due before, and names no campaign twice', async () => {
    await store.put(nightly());
    await bench.list('2026-12-01.csv', 3);
    now = DUE + MINUTE_MS;
    expect(await store.put(nightly({ cron: '0 17,20 * * *' }))).toBe('replaced');
    expect((await store.runs('nightly')).map(({ local }) => local)).toEqual(['2026-12-01T18:00']);
    now = DUE + 2 * MINUTE_MS;
    expect(await store.put(nightly({ cron: '0 19 * * *' }))).toBe('replaced');
    now = DUE + HOUR_MS;
    await using _daemon = await Daemon.start();
    expect(await until('loaded', '2026-12-01T18:00')).toMatchObject({
      campaign: 'nightly-2026-12-01',
    });
    expect(await until('loaded', '2026-12-01T19:00')).toMatchObject({
      campaign: 'nightly-2026-12-01-1900',
    });
    expect(await store.runs('nightly')).toHaveLength(2);
  });

  test('after it was removed loads nothing a second time', async () => {
    await store.put(nightly());
    await bench.list('2026-12-01.csv', 3);
    now = DUE;
    await using daemon = await Daemon.start();
    await until('loaded');
    await store.remove('nightly');
    now = DUE - HOUR_MS; // a clock that goes back, too
    await store.put(nightly());
    now = DUE + MINUTE_MS;
    const { looks } = daemon;
    await eventually(() => daemon.looks > looks + 3);
    expect(await store.runs('nightly')).toHaveLength(1);
    expect(await daemon.finished('loaded')).toBe(1);
  });
});

/** Lets the clock come to the n-th night, and its run be loaded. */
async function night(n: number): Promise<void> {
  now = DUE + (n - 1) * 24 * HOUR_MS;
  await until('loaded', `2026-12-0${n}T18:00`);
}

test('campaigns of older runs are archived once they are finished and exported, and not before', async () => {
  const first = 'nightly-2026-12-01';
  await store.put(nightly({ keepRuns: 1, list: join(bench.directory, 'same.csv') }));
  await bench.list('same.csv', 1);
  await using daemon = await Daemon.start();
  const refusals = () =>
    daemon.log.filter(({ campaign }) => campaign === first).map(({ why }) => why);
  await night(1);
  await night(2);
  await eventually(() => refusals().includes('unfinished'));
  const [callId = ''] = await bench.queued(first);
  await bench.claim(first, callId);
  await bench.settle(first, callId, 'accepted');
  await bench.redis.hdel(bench.keys.campaign(first).state, 'loadingUntil');
  await night(3);
  await eventually(() => refusals().includes('not_exported'));
  expect(await run()).not.toHaveProperty('archived');
  const { results } = bench.context.queue;
  await results.noteExport(first, (await results.last(first)) ?? '');
  await night(4);
  await eventually(async () => (await run())?.archived === true);
  expect(await bench.redis.exists(bench.keys.campaign(first).ledger)).toBe(0);
  expect(await run('2026-12-02T18:00')).not.toHaveProperty('archived');
});
