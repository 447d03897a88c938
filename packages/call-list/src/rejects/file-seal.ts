import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat, utimes } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

const MICROS = 1_000_000;

/**
 * Marks a file as being as we wrote it, without a further file beside it: the microseconds of its
 * time of change are a digest of its content. Whoever changes the file changes that time too. Where
 * a file system, or a copy, does not keep it, the file passes for edited, which is the safe side.
 */
export async function sealFile(path: string): Promise<void> {
  const { mtimeMs } = await stat(path);
  const time = Math.floor(mtimeMs / 1000) + (await digestMicros(path)) / MICROS;
  await utimes(path, time, time);
}

/**
 * Whether somebody has changed a file since it was sealed. One that is not there was changed by
 * nobody.
 */
export async function isEdited(path: string): Promise<boolean> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found === undefined) return false;
  // A time goes through a double on its way: it may be off by some hundred nanoseconds.
  const micros = Number((found.mtimeNs + 500n) / 1000n) % MICROS;
  return micros !== (await digestMicros(path));
}

async function digestMicros(path: string): Promise<number> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest().readUIntBE(0, 6) % MICROS;
}
