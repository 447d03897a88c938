import { eventually } from '@libby-dialer/testkit';

/** Writes to Redis until it does: a full one refuses what it has room for a moment later. */
export async function insist(write: () => Promise<unknown>): Promise<void> {
  await eventually(async () => void (await write()), { timeoutMs: 60_000, intervalMs: 100 });
}
