import { mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  eventually,
  programFile,
  type SpawnedProcess,
  spawnProcess,
  startRedis,
  type TestRedis,
  uniquePrefix,
} from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FuzzedList, fuzzList, type GoodRow, randomFrom } from './fuzzed-list.ts';

const MAIN = programFile('enqueuer');
const ROWS = 3000;
const KILLS = 3;
const ROWS_REJECTED = 3;

const CAMPAIGN = `
id: spring
fromPhoneNumber: "+15055550100"
introNotes: Ask about the wedding
defaultCountry: US
dedupeBy: externalId
callingWindow: anytime
`;

/** `LOAD_SEED=7` runs what a failure named; `LOAD_RUNS=50` tries so many other lists. */
const { LOAD_SEED, LOAD_RUNS = '1' } = process.env;
const seeds =
  LOAD_SEED === undefined
    ? Array.from({ length: Number(LOAD_RUNS) }, () => Math.floor(Math.random() * 1e9))
    : [Number(LOAD_SEED)];

let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** A list in a folder of its own, and a Redis prefix of its own to load it into. */
class Load implements AsyncDisposable {
  readonly list: FuzzedList;
  readonly prefix = uniquePrefix();
  readonly #folder: Awaited<ReturnType<typeof mkdtempDisposable>>;

  constructor(list: FuzzedList, folder: Awaited<ReturnType<typeof mkdtempDisposable>>) {
    this.list = list;
    this.#folder = folder;
  }

  static async prepare(list: FuzzedList): Promise<Load> {
    const folder = await mkdtempDisposable(join(tmpdir(), 'libby-dialer-load-'));
    await writeFile(join(folder.path, list.fileName), list.bytes);
    await writeFile(join(folder.path, 'campaign.yaml'), CAMPAIGN);
    return new Load(list, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }

  start(): Promise<SpawnedProcess> {
    const args = [MAIN, 'load', this.list.fileName, '--campaign', 'campaign.yaml', '--json'];
    const env = {
      REDIS_URL: server.url,
      DIALER_PREFIX: this.prefix,
      DIALER_ALLOW_VOLATILE_REDIS: '1',
    };
    return spawnProcess(process.execPath, args, { cwd: this.#folder.path, env });
  }

  /** Kills it once so many calls are queued. Returns whether it was not through before. */
  async killAt(calls: number): Promise<boolean> {
    await using run = await this.start();
    await eventually(async () => (await this.queued()) >= calls, { intervalMs: 1 });
    return (await run.stop('SIGKILL')).signal === 'SIGKILL';
  }

  /** Loads to the end. Returns what was printed. */
  async run(): Promise<Record<string, unknown>> {
    await using run = await this.start();
    const { code } = await run.exited;
    if (code !== ROWS_REJECTED)
      throw new Error(`the enqueuer ended with ${code}: ${run.stderr.join('\n')}`);
    return JSON.parse(run.stdout.join('\n')) as Record<string, unknown>;
  }

  queued(): Promise<number> {
    return redis.llen(`${this.prefix}:q:spring:wait`);
  }

  /** What the queue holds, in the words of the list. */
  async calls(): Promise<GoodRow[]> {
    const ids = await redis.lrange(`${this.prefix}:q:spring:wait`, 0, -1);
    const pipeline = redis.pipeline();
    for (const id of ids) pipeline.hget(`${this.prefix}:q:spring:${id}`, 'data');
    const replies = (await pipeline.exec()) ?? [];
    return replies
      .map(([, data]) => goodRow(JSON.parse(String(data)) as QueuedJob))
      .toSorted((a, b) => a.row - b.row);
  }

  async rejects(): Promise<{ line: number; code: string }[]> {
    const text = await readFile(
      join(this.#folder.path, `${this.list.fileName}.rejected.csv`),
      'utf8',
    );
    const { delimiter } = this.list;
    const { data } = Papa.parse<Record<string, string>>(text, {
      header: true,
      delimiter,
      skipEmptyLines: true,
    });
    return data.map(({ line, code = '' }) => ({ line: Number(line), code }));
  }

  /** What those that were killed have left beside the list. */
  async parts(): Promise<string[]> {
    return (await readdir(this.#folder.path)).filter((name) => name.endsWith('.part'));
  }
}

interface QueuedJob {
  externalId: string;
  to: string;
  name: string;
  row: number;
  form?: (string | [string, string])[];
}

function goodRow({ externalId, to, name, row, form = [] }: QueuedJob): GoodRow {
  const [notes = ''] = form.flat().toReversed();
  return { externalId, to, name, row, notes };
}

async function expectAllInPlace(load: Load): Promise<void> {
  expect(await load.calls()).toEqual(load.list.good);
  expect(await load.rejects()).toEqual(load.list.bad);
  expect(await load.parts()).toEqual([]);
}

describe.each(seeds)('a list with bad and repeated rows among good ones (LOAD_SEED=%i)', (seed) => {
  const list = fuzzList(seed, ROWS);
  const { rows, bad, duplicates } = list;

  test('is loaded once, whole, though the enqueuer is killed again and again', async () => {
    const random = randomFrom(seed + 1);
    await using load = await Load.prepare(list);
    let killed = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const queued = await load.queued();
      // Not so late that it may be through before the signal comes.
      if (await load.killAt(queued + random() * (0.9 * list.good.length - queued))) killed += 1;
    }
    expect(killed).toBeGreaterThan(0);
    const before = await load.queued();
    expect(await load.run()).toMatchObject({
      rows,
      rejected: bad.length,
      duplicates,
      alreadyQueued: before,
      queued: list.good.length - before,
    });
    await expectAllInPlace(load);
  });

  test('is loaded once, whole, by two enqueuers at a time', async () => {
    await using load = await Load.prepare(list);
    const results = await Promise.all([load.run(), load.run()]);
    for (const { queued, alreadyQueued, ...others } of results) {
      expect(others).toMatchObject({ rows, rejected: bad.length, duplicates, alreadySettled: 0 });
      expect(Number(queued) + Number(alreadyQueued)).toBe(list.good.length);
    }
    await expectAllInPlace(load);
  });
});
