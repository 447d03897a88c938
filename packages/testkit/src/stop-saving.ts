import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** As ioredis has it. */
interface RedisAdmin {
  config(action: 'SET', name: string, value: string): Promise<unknown>;
  bgsave(): Promise<unknown>;
}

/** What a Redis needs that is to be told where to save while it runs. */
export const CAN_STOP_SAVING: readonly string[] = ['--enable-protected-configs', 'yes'];

/** As if its disk were broken: a save fails, and from then on it refuses to write (MISCONF). */
export async function stopSaving(redis: RedisAdmin): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'no-disk-'));
  await redis.config('SET', 'dir', folder);
  await rm(folder, { recursive: true });
  await redis.config('SET', 'save', '3600 1');
  await redis.bgsave();
}

/** Saves no more by itself, and so refuses nothing. */
export async function doWithoutSaving(redis: RedisAdmin): Promise<void> {
  await redis.config('SET', 'save', '');
}
