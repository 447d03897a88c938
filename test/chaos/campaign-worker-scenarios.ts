import { join } from 'node:path';
import { eventually, fictionalNumbers } from '@libby-dialer/testkit';
import { Crew } from './crew.ts';
import { Enqueuer } from './enqueuer.ts';
import { load, PATIENCE, startCrew } from './scenarios.ts';
import { SmallCampaigns } from './small-campaigns.ts';
import { Stage } from './stage.ts';

const ROUNDS = 4;
const CAMPAIGNS_AT_ONCE = 3;
/**
 * Longer than it takes to notice a connection that is gone, and shorter than anybody would wait.
 */
const DIALED_WITHIN_MS = 30_000;

/**
 * Connections are reset just when a worker opens the workers of new campaigns. No worker is started
 * again after that.
 */
export async function resetAtOpenings(root: string): Promise<string[]> {
  await using stage = await Stage.open();
  await using crew = await startCrew(stage, root);
  await crew.isDialing();
  const small = new SmallCampaigns(stage, fictionalNumbers(), 1);
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = stage.redisProxy.counts().accepted;
    const opened = small.add(CAMPAIGNS_AT_ONCE, 1);
    await eventually(() => stage.redisProxy.counts().accepted > before, {
      ...PATIENCE,
      intervalMs: 1,
    });
    stage.redisProxy.resetAll();
    await opened;
  }
  return await undialed(stage, small);
}

/** Campaigns that are not dialed to their end. */
async function undialed(stage: Stage, small: SmallCampaigns): Promise<string[]> {
  const waiting = new Set(small.ids);
  const isOver = async () => {
    for (const id of waiting) if (await stage.isDone(small.rowsOf(id), id)) waiting.delete(id);
    return waiting.size === 0;
  };
  await eventually(isOver, { timeoutMs: DIALED_WITHIN_MS, intervalMs: 100 }).catch(() => {});
  return [...waiting].map((id) => `${id} is not dialed`);
}

/**
 * Longer than it takes to notice that a campaign worker takes nothing, and to set another one up.
 */
const REVIVED_WITHIN_MS = 45_000;

/** The connection of a campaign worker never gets ready, and says nothing of it. */
export async function campaignWorkerNeverReady(root: string): Promise<string[]> {
  await using stage = await Stage.open();
  const numbers = await load(stage, root, 4);
  const preload = [join(root, 'test/chaos/dead-campaign-worker.ts')];
  await using crew = await Crew.start(stage, { concurrency: 1, clockSkewsMs: [0], root, preload });
  await crew.isDialing();
  const isDone = () => stage.isDone(numbers.length);
  await eventually(isDone, { timeoutMs: REVIVED_WITHIN_MS, intervalMs: 100 }).catch(() => {});
  return (await isDone()) ? [] : ['the campaign worker takes no job'];
}

/** Redis is far away, and the campaign has a pace. */
export async function pacedFarAway(root: string): Promise<string[]> {
  await using stage = await Stage.open();
  const numbers = fictionalNumbers().slice(0, 10);
  await stage.write(numbers, { pacing: { callsPerSecond: 20 } });
  await new Enqueuer(stage, root).load({ kind: 'once' });
  await stage.redisProxy.inflict({ kind: 'slow', latencyMs: 150 });
  await using crew = await startCrew(stage, root);
  await crew.isDialing();
  const isDone = () => stage.isDone(numbers.length);
  await eventually(isDone, { timeoutMs: DIALED_WITHIN_MS, intervalMs: 100 }).catch(() => {});
  return (await isDone()) ? [] : [`${await stage.settledCalls()} of ${numbers.length} are called`];
}
