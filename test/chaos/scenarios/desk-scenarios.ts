import { redisValues } from '../judging/evidence.ts';
import { remainsOfErased } from '../judging/leaks.ts';
import { archiveCampaign } from '../stage/archiving.ts';
import { ArmedWorker } from '../stage/armed-worker.ts';
import { Enqueuer } from '../stage/enqueuer.ts';
import { FORWARDER, Forwarding, NEVER_TAKEN_EVERY } from '../stage/forwarding.ts';
import { patiently } from '../stage/patience.ts';
import { CAMPAIGN, Stage } from '../stage/stage.ts';
import { HASTY, judge, load, startCrew, untilDone } from './scenarios.ts';

/**
 * A worker stands still in the middle of a call until that is given up and its campaign archived;
 * then it goes on.
 */
export async function archivedUnderAZombie(root: string): Promise<string[]> {
  await using stage = await Stage.open();
  const numbers = await load(stage, root, 2);
  await using zombie = await ArmedWorker.start(stage, 'after_first_byte', 'SIGSTOP', {
    root,
    env: HASTY,
  });
  await zombie.reached();
  await using crew = await startCrew(stage, root, HASTY);
  const exported = await archiveCampaign(stage, new Enqueuer(stage, root), CAMPAIGN);
  zombie.thaw();
  // Not before it has settled what it has in hand.
  await zombie.stop();
  const campaigns = { ids: [CAMPAIGN], archived: new Map([[CAMPAIGN, exported ?? []]]) };
  return await judge(stage, crew, { numbers, kills: 1, campaigns });
}

const HOUR_MS = 3_600_000;

/**
 * Somebody is erased whose job is in the hands of a worker that has not asked the gate yet, and
 * dies then.
 */
export async function erasedInHand(root: string): Promise<string[]> {
  await using stage = await Stage.open();
  const [erased = ''] = await load(stage, root, 1);
  await using holder = await ArmedWorker.start(stage, 'before_gate', 'SIGSTOP', { root });
  const callId = await holder.reached();
  // It would be renewed, did the worker not stand still.
  await stage.redis.pexpire(`${stage.keys.queue(CAMPAIGN)}${callId}:lock`, HOUR_MS);
  const isErased = await new Enqueuer(stage, root).succeeds(['erase', erased]);
  const found = remainsOfErased(
    await redisValues(stage),
    [],
    new Map([[erased, performance.now()]]),
  );
  holder.thaw();
  await holder.stop();
  return isErased ? found : ['an erasure does not come to its end', ...found];
}

const ATTEMPTS = 6;

/** Somebody is erased whose result a webhook has refused, and would be sent again. */
export async function erasedBetweenRefusals(root: string): Promise<string[]> {
  await using stage = await Stage.open();
  const numbers = await load(stage, root, NEVER_TAKEN_EVERY);
  const refused = numbers.at(-1) ?? '';
  await using crew = await startCrew(stage, root);
  await untilDone(stage, numbers);
  await crew.stop();
  const enqueuer = new Enqueuer(stage, root);
  await using forwarding = await Forwarding.start(enqueuer, ATTEMPTS);
  const id = await freezeBetweenTries(stage, forwarding, refused);
  await enqueuer.insist(['erase', refused]);
  const erased = new Map([[refused, performance.now()]]);
  forwarding.thaw();
  const found = async () =>
    remainsOfErased(await redisValues(stage), forwarding.deliveries, erased);
  const isForgotten = async () => !(await isInHand(stage, id));
  await patiently(async () => (await found()).length > 0 || (await isForgotten()));
  // Not before it has ended what is under way.
  await forwarding.end('SIGTERM');
  return await found();
}

/**
 * The forwarder stands still when it has noted each refusal of that person's result, and will try
 * it again. Resolves to the id of that result.
 */
async function freezeBetweenTries(
  stage: Stage,
  forwarding: Forwarding,
  person: string,
): Promise<string> {
  const { attempts } = stage.keys.forward(FORWARDER);
  const tries = () => forwarding.deliveries.filter(({ result }) => result.toPhoneNumber === person);
  const isBetween = async () => {
    const [first] = tries();
    return (
      first !== undefined && Number(await stage.redis.hget(attempts, first.id)) === tries().length
    );
  };
  await patiently(async () => {
    if (!(await isBetween())) return false;
    forwarding.freeze();
    // What it had sent by then has come when this is answered.
    await stage.redis.ping();
    if (await isBetween()) return true;
    forwarding.thaw();
    return false;
  });
  return tries()[0]?.id ?? '';
}

/** Whether a forwarder has that result to deliver. */
async function isInHand({ redis, keys }: Stage, id: string): Promise<boolean> {
  const { group } = keys.forward(FORWARDER);
  return (await redis.xpending(keys.results, group, id, id, 1)).length > 0;
}
