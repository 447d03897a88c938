import { join } from 'node:path';
import { fictionalNumbers } from '@libby-dialer/testkit';
import { Crew } from '../stage/crew.ts';
import { Enqueuer } from '../stage/enqueuer.ts';
import { patiently } from '../stage/patience.ts';
import { SmallCampaigns } from '../stage/small-campaigns.ts';
import { Stage } from '../stage/stage.ts';
import { load, startCrew } from './scenarios.ts';

const ROUNDS = 4;
const CAMPAIGNS_AT_ONCE = 3;
/**
 * So often a worker looks for work, every two seconds if it can, while it notices a connection that
 * is gone or a campaign worker that takes nothing, and sets another one up. On a busy machine its
 * looks are as late as the rest.
 */
const DIALED_WITHIN_LOOKS = 20;

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
    await patiently(() => stage.redisProxy.counts().accepted > before, { intervalMs: 1 });
    stage.redisProxy.resetAll();
    await opened;
  }
  return await undialed(stage, small);
}

/** Campaigns that are not dialed to their end. */
async function undialed(stage: Stage, small: SmallCampaigns): Promise<string[]> {
  const waiting = new Set(small.ids);
  const lastLook = (await stage.looks()) + DIALED_WITHIN_LOOKS;
  const isOver = async () => {
    for (const id of waiting) if (await stage.isDone(small.rowsOf(id), id)) waiting.delete(id);
    return waiting.size === 0 || (await stage.looks()) >= lastLook;
  };
  await patiently(isOver);
  return [...waiting].map((id) => `${id} is not dialed`);
}

/** The connection of a campaign worker never gets ready, and says nothing of it. */
export async function campaignWorkerNeverReady(root: string): Promise<string[]> {
  await using stage = await Stage.open();
  const numbers = await load(stage, root, 4);
  const preload = [join(root, 'test/chaos/stage/dead-campaign-worker.ts')];
  await using crew = await Crew.start(stage, { concurrency: 1, clockSkewsMs: [0], root, preload });
  await crew.isDialing();
  const lastLook = (await stage.looks()) + DIALED_WITHIN_LOOKS;
  const isDone = () => stage.isDone(numbers.length);
  await patiently(async () => (await isDone()) || (await stage.looks()) >= lastLook);
  return (await isDone()) ? [] : ['the campaign worker takes no job'];
}

/** More than the gate would give of them even if most were missed by a worker that is starved. */
const SLOTS_PER_CALL = 10;

/**
 * Redis is farther away than a slot of the campaign's pace lasts, and one call asks for it after
 * another.
 */
export async function pacedFarAway(root: string): Promise<string[]> {
  await using stage = await Stage.open();
  const numbers = fictionalNumbers().slice(0, 2);
  await stage.write(numbers, { pacing: { callsPerSecond: 10 } });
  await new Enqueuer(stage, root).load({ kind: 'once' });
  await stage.redisProxy.inflict({ kind: 'slow', latencyMs: 150 });
  await using crew = await Crew.start(stage, { concurrency: 1, clockSkewsMs: [0], root });
  await crew.isDialing();
  const slots = async () => {
    const pages = (await crew.metrics()).join('\n');
    return Number(/gate_answers_total\{answer="dial"\} (\d+)/.exec(pages)?.[1] ?? 0);
  };
  const isWasted = async () => (await slots()) >= numbers.length * SLOTS_PER_CALL;
  const isDone = () => stage.isDone(numbers.length);
  await patiently(async () => (await isDone()) || (await isWasted()));
  return (await isDone()) ? [] : [`${await stage.settledCalls()} of ${numbers.length} are called`];
}
