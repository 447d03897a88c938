import { Enqueuer } from '../stage/enqueuer.ts';
import { ForeignJobs } from '../stage/foreign-jobs.ts';
import { CAMPAIGN, Stage } from '../stage/stage.ts';
import { judge, load, startCrew, untilDone } from './scenarios.ts';

/**
 * Jobs are copied and added by another program before a worker comes, and one is copied when it is
 * long settled.
 */
export async function metByForeignJobs(root: string): Promise<string[]> {
  await using stage = await Stage.open();
  const numbers = await load(stage, root, 4);
  const foreign = new ForeignJobs(stage, new Enqueuer(stage, root));
  await foreign.copy(0);
  await foreign.addNoCall(0);
  await foreign.addNoCall(3);
  await using crew = await startCrew(stage, root);
  await untilDone(stage, numbers);
  await foreign.copy(1);
  await untilDone(stage, numbers);
  return [...(await judge(stage, crew, { numbers })), ...(await foreign.unseen(new Set()))];
}

/** Each way in which a job can be changed, before a worker comes. */
const CHANGES = [0, 1, 2, 3];

/** Jobs are changed by another program; their list is loaded again. */
export async function changedByOthers(root: string): Promise<string[]> {
  await using stage = await Stage.open();
  const numbers = await load(stage, root, 10);
  const foreign = new ForeignJobs(stage, new Enqueuer(stage, root));
  const changed = Promise.all(CHANGES.map((pick) => foreign.change(pick)));
  await using crew = await startCrew(stage, root);
  await changed;
  await untilDone(stage, numbers);
  return await judge(stage, crew, { numbers });
}

/** Somebody pauses the queue by bull-board; `enqueuer resume` is to lift that. */
export async function pausedByBoard(root: string): Promise<string[]> {
  await using stage = await Stage.open();
  const numbers = await load(stage, root, 4);
  const queue = stage.queue.bullQueue(CAMPAIGN);
  await queue.pause();
  await using crew = await startCrew(stage, root);
  await crew.isDialing();
  await new Enqueuer(stage, root).insist(['resume', CAMPAIGN]);
  const isStillPaused = await queue.isPaused();
  await queue.close();
  if (isStillPaused) return ['the campaign stands still after it was resumed'];
  await untilDone(stage, numbers);
  return [];
}
