import { gatherEvidence } from '../judging/evidence.ts';
import { Enqueuer } from '../stage/enqueuer.ts';
import { patiently } from '../stage/patience.ts';
import { campaignWith, NO_RULES } from '../stage/rules.ts';
import { CAMPAIGN, Stage } from '../stage/stage.ts';
import { HASTY, load, startCrew, untilDone } from './scenarios.ts';

const IS_NOT_DIALED = 'rules that this version does not know';

/** A campaign was stored by a newer version, with a rule that only that knows. */
export async function storedByNewerVersion(root: string): Promise<string[]> {
  await using stage = await Stage.open();
  await load(stage, root, 4);
  const { campaigns } = stage.keys;
  const stored = JSON.parse((await stage.redis.hget(campaigns, CAMPAIGN)) ?? '{}') as Record<
    string,
    unknown
  >;
  await stage.redis.hset(campaigns, CAMPAIGN, JSON.stringify({ ...stored, neverOn: ['Sunday'] }));
  await using crew = await startCrew(stage, root);
  const requests = async () => (await stage.provider.stats()).requests;
  const isTold = () => crew.logs.flat().some((line) => line.includes(IS_NOT_DIALED));
  await patiently(async () => isTold() || (await requests()) > 0);
  await crew.stop();
  return (await requests()) > 0 ? ['a campaign is dialed without one of its rules'] : [];
}

/** Long enough for another call to ask in the meantime, and shorter than anybody's patience. */
const REFUSED_AFTER_MS = 2500;

/**
 * Two rows are for the same person, who may have one call; the first is refused after a while, and
 * so rings nobody.
 */
export async function cappedByARefusal(root: string): Promise<string[]> {
  await using stage = await Stage.open({
    script: [{ match: { nth: 1 }, do: { status: 422, latencyMs: REFUSED_AFTER_MS } }],
  });
  const rules = { frequencyCap: { calls: 1, hours: 24 }, rowsPerPerson: 2 };
  const numbers = await load(stage, root, 2, rules);
  await using crew = await startCrew(stage, root);
  await untilDone(stage, numbers);
  await crew.stop();
  const { results } = await gatherEvidence(stage);
  return results
    .filter(({ outcome }) => outcome === 'suppressed')
    .map(() => 'suppressed, though nobody has called');
}

/**
 * A call in doubt is dialed once more and refused then; of a person who may have two calls that is
 * one.
 */
export async function cappedByARefusedRedial(root: string): Promise<string[]> {
  await using stage = await Stage.open({
    script: [
      { match: { nth: 1 }, do: { status: 500, taken: true } },
      { match: { nth: 2 }, do: { status: 422 } },
    ],
  });
  const redialing = 'redialing';
  const lines = { maxConcurrentCalls: 10, assumedCallSeconds: 0.5 };
  const numbers = await load(stage, root, 1, NO_RULES, {
    id: redialing,
    onUnknown: 'redial',
    lines,
  });
  await using crew = await startCrew(stage, root, HASTY);
  await patiently(async () => (await stage.status.read(redialing))?.state === 'completed');
  await stage.write(numbers, campaignWith({ ...NO_RULES, frequencyCap: { calls: 2, hours: 24 } }));
  await new Enqueuer(stage, root).load({ kind: 'once' });
  await untilDone(stage, numbers);
  await crew.stop();
  const { results } = await gatherEvidence(stage);
  return results
    .filter(({ outcome }) => outcome === 'suppressed')
    .map(() => 'suppressed, though only one has called');
}
