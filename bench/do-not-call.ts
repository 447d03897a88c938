/**
 * What a number on the do-not-call list costs Redis, and how fast a list is imported:
 *
 *   npm run bench -- do-not-call [--numbers 10000000] [--rows 1000000]
 *
 * Memory: that many made-up people put on the list as `suppress import` does it, 1000 a script,
 * four at once; the allocator's view (`used_memory`), AOF buffers left out. Rows: `enqueuer
 * suppress import` of a file of ten-digit numbers, a whole process, start included. There are some
 * 46,000 fictional numbers, so most of its rows are on the list already: Redis has less to do with
 * these.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { type DoNotCallList, personBuckets } from '@libby-dialer/dial-queue';
import { fictionalNumbers } from '@libby-dialer/testkit';
import { MeasuredProcess } from './src/measured-process.ts';
import { judge, numbersFrom, print, printMachine } from './src/report.ts';
import { RedisStage } from './src/stage.ts';

const GOALS = { bytesPerNumber: 40, peakMb: 200 };
const BATCH = 1000;
const BATCHES_IN_FLIGHT = 4;
const SAMPLED_BUCKETS = 1000;
const LONGEST_RUN_MS = 1_800_000;

const settings = numbersFrom({ numbers: 10_000_000, rows: 1_000_000 });

await printMachine();
if (settings.numbers > 0) await measureMemory(settings.numbers);
if (settings.rows > 0) await measureImport(settings.rows);

async function measureMemory(numbers: number): Promise<void> {
  await using redis = await RedisStage.open();
  const list = redis.queue.doNotCall;
  // What is there once: the script.
  await list.add(['somebody']);
  const before = await redis.dataBytes();
  const startedAt = performance.now();
  await addPeople(list, numbers);
  const seconds = (performance.now() - startedAt) / 1000;
  const bytes = ((await redis.dataBytes()) - before) / numbers;
  const counted = await list.count();
  if (counted !== numbers + 1)
    throw new Error(`${counted} of ${numbers + 1} numbers are on the list`);
  print(`${numbers} numbers added, ${(numbers / seconds).toFixed(0)}/s`);
  judge(
    `${bytes.toFixed(1)} bytes of Redis memory a number (goal: under ${GOALS.bytesPerNumber})`,
    bytes < GOALS.bytesPerNumber,
  );
  const packed = await packedBuckets(redis);
  judge(`${packed} of ${SAMPLED_BUCKETS} sets looked at are packed`, packed === SAMPLED_BUCKETS);
}

async function addPeople(list: DoNotCallList, numbers: number): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < numbers) {
      const from = next;
      next += BATCH;
      await list.add(
        Array.from(
          { length: Math.min(BATCH, numbers - from) },
          (_, index) => `+${10_000_000 + from + index}`,
        ),
      );
    }
  };
  await Promise.all(Array.from({ length: BATCHES_IN_FLIGHT }, lane));
}

async function packedBuckets({ client, keys }: RedisStage): Promise<number> {
  const buckets = personBuckets();
  const step = Math.floor(buckets.length / SAMPLED_BUCKETS);
  const sampled = buckets.filter((_, index) => index % step === 0).slice(0, SAMPLED_BUCKETS);
  const encodings = await Promise.all(
    sampled.map((bucket) => client.object('ENCODING', keys.doNotCall(bucket))),
  );
  return encodings.filter((encoding) => encoding === 'intset' || encoding === null).length;
}

async function measureImport(rows: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-do-not-call-'));
  try {
    const file = join(folder, 'registry.txt');
    await writeNumbers(file, rows);
    await using redis = await RedisStage.open();
    const startedAt = Date.now();
    await using process = await MeasuredProcess.start(
      'dist/enqueuer.js',
      ['suppress', 'import', file, '--country', 'US', '--json'],
      { env: { REDIS_URL: redis.server.url, DIALER_PREFIX: redis.keys.prefix } },
    );
    const { atMs, cpuMs, maxRssMb } = await process.usageToItsEnd(LONGEST_RUN_MS);
    const rowsPerSecond = (1000 * rows) / (atMs - startedAt);
    print(
      `${rows} rows imported, ${rowsPerSecond.toFixed(0)}/s, CPU per row ${((1000 * cpuMs) / rows).toFixed(1)} us`,
    );
    judge(
      `${maxRssMb.toFixed(0)} MB at most (goal: under ${GOALS.peakMb})`,
      maxRssMb < GOALS.peakMb,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writeNumbers(path: string, rows: number): Promise<void> {
  const numbers = fictionalNumbers().map((number) => number.slice(2));
  const file = createWriteStream(path);
  for (let from = 0; from < rows; from += BATCH) {
    const count = Math.min(BATCH, rows - from);
    const lines = Array.from(
      { length: count },
      (_, index) => `${numbers[(from + index) % numbers.length]}\n`,
    );
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}
