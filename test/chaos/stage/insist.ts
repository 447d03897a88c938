import { patiently } from './patience.ts';

/** Writes to Redis until it does: a full one refuses what it has room for a moment later. */
export async function insist(write: () => Promise<unknown>): Promise<void> {
  await patiently(async () => {
    await write();
    return true;
  });
}
