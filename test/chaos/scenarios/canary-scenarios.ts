import { fictionalNumbers } from '@libby-dialer/testkit';
import { ArmedWorker } from '../stage/armed-worker.ts';
import { Enqueuer } from '../stage/enqueuer.ts';
import { patiently } from '../stage/patience.ts';
import { campaignWith, NO_RULES, rowsOf } from '../stage/rules.ts';
import { CAMPAIGN, CAMPAIGN_FILE, LIST_FILE, Stage } from '../stage/stage.ts';
import { HASTY, judge, startCrew, untilDone } from './scenarios.ts';

const CALLS = 3;
const LOAD = ['load', LIST_FILE, '--campaign', CAMPAIGN_FILE, '--json'];

/**
 * A worker dies in the middle of a canary's call. The others come upon it while the canary is full:
 * it stays in doubt, and the rest is held until a person releases it.
 */
export async function diedInACanary(root: string): Promise<string[]> {
  await using stage = await Stage.open({ latencyMs: 100 });
  const numbers = rowsOf(fictionalNumbers(), 12, NO_RULES);
  await stage.write(numbers, campaignWith(NO_RULES));
  const enqueuer = new Enqueuer(stage, root);
  await enqueuer.insist([...LOAD, '--canary', String(CALLS), '--canary-pass', '1']);
  await using fallen = await ArmedWorker.start(stage, 'after_first_byte', 'SIGKILL', {
    root,
    env: HASTY,
  });
  await fallen.reached();
  await using crew = await startCrew(stage, root, HASTY);
  const dialed = () => numbersDialed(stage);
  await patiently(async () => (await isHeld(stage)) || (await dialed()) > CALLS);
  const beyond = await dialed();
  if (beyond > CALLS) return [`a canary of ${CALLS} has let out ${beyond} calls`];
  await enqueuer.insist(['hold', 'release', `campaign:${CAMPAIGN}`, '--by', 'chaos']);
  await untilDone(stage, numbers);
  return await judge(stage, crew, { numbers, kills: 1 });
}

async function isHeld({ status }: Stage): Promise<boolean> {
  const seen = await status.read(CAMPAIGN);
  return seen?.state === 'held' && seen.inFlight === 0;
}

/** Also one that was cut off before the provider saw all of it. */
async function numbersDialed({ status, provider }: Stage): Promise<number> {
  const seen = await provider.truth();
  const inDoubt = (await status.read(CAMPAIGN))?.outcomes.unknown ?? 0;
  return Math.max(new Set(seen.map(({ toPhoneNumber }) => toPhoneNumber)).size, inDoubt);
}
