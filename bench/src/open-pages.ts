import { type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsoleProcess } from './console-process.ts';
import type { RedisStage } from './stage.ts';

const SETTLED_MS = 3000;
const LOOKED_ON_MS = 10_000;

export interface LookedOn {
  /** Of one core, by the console alone. */
  readonly coreShare: number;
  /** Of Redis, each second; those within scripts as well. */
  readonly commands: number;
  /** As they were sent to each page in a second. */
  readonly bytesPerPage: number;
}

/** What it costs that so many pages listen to the events, as browsers do. */
export async function lookedOnBy(
  pages: number,
  { url, program }: ConsoleProcess,
  redis: RedisStage,
): Promise<LookedOn> {
  const leaving = new AbortController();
  let bytes = 0;
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
  };
  await Promise.all(Array.from({ length: pages }, () => listen(url, count, leaving.signal)));
  await sleep(SETTLED_MS);
  const [before, commandsBefore] = [await program.usage(), await commandsOf(redis)];
  bytes = 0;
  await sleep(LOOKED_ON_MS);
  const sent = bytes;
  const [after, commandsAfter] = [await program.usage(), await commandsOf(redis)];
  leaving.abort();
  const seconds = (after.atMs - before.atMs) / 1000;
  return {
    coreShare: (after.cpuMs - before.cpuMs) / 1000 / seconds,
    commands: (commandsAfter - commandsBefore) / seconds,
    bytesPerPage: pages === 0 ? 0 : sent / pages / seconds,
  };
}

/** Resolves once the first bytes have come. */
async function listen(
  url: string,
  count: (chunk: Buffer) => void,
  signal: AbortSignal,
): Promise<void> {
  const headers = { 'accept-encoding': 'gzip, deflate, br' };
  const asked = request(`${url}/api/v1/events`, { headers, signal });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  asked.on('error', reject);
  asked.on('response', (response: IncomingMessage) => {
    response.on('data', (chunk: Buffer) => {
      count(chunk);
      resolve();
    });
    // The signal ends it.
    response.on('error', () => {});
  });
  asked.end();
  await promise;
}

async function commandsOf(redis: RedisStage): Promise<number> {
  return await redis.info('stats', 'total_commands_processed');
}
