import { randomBytes } from 'node:crypto';
import { Identity, LoadPreview } from '@libby-dialer/dial-queue';
import type { Campaign } from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import { type Context, withContext } from '../context.ts';
import { DryRun, type DryRunOptions } from '../dry-run.ts';
import { countOf } from '../format.ts';
import { type Io, print } from '../io.ts';
import type { LoadCounts } from '../list-loader.ts';
import { type CheckedList, type LoadOptions, openChecked, refuseIfClosed, storedCampaign } from '../load-input.ts';
import { fateLine, loadJson, loadTable } from '../load-report.ts';

/** Shows what a load would do and does nothing of it: neither Redis nor the rejects file is written. */
export async function dryRun(
  io: Io,
  path: string,
  given: Campaign | undefined,
  options: LoadOptions,
): Promise<LoadCounts> {
  return await withContextIfThere(io, async (context) => {
    const campaign = given ?? (await storedCampaign(context, options.campaign));
    if (context !== undefined) await refuseIfClosed(context, campaign);
    const list = await openChecked(io, path, campaign, options);
    try {
      const known = context === undefined ? { identity: nobodysIdentity() } : await whatIsThere(context, campaign);
      const { checker } = list;
      const run = new DryRun({ ...known, campaign, checker, limit: options.limit, signal: io.signal, now: Date.now() });
      await (options.json ? tellProgram(io, run, list, campaign.id) : tellPerson(io, run, list, campaign.id));
      return run.counts;
    } finally {
      list.source.list.close();
    }
  });
}

/** A list can be tried out before there is a Redis. */
async function withContextIfThere<T>(io: Io, work: (context: Context | undefined) => Promise<T>): Promise<T> {
  let isThere = false;
  try {
    return await withContext(io, (context) => {
      isThere = true;
      return work(context);
    });
  } catch (error) {
    if (isThere || !(error instanceof DialerError) || error.code !== 'redis_unavailable') throw error;
    io.stderr.write(`${error.message} This dry run therefore does not know which calls are there already.\n`);
    return await work(undefined);
  }
}

async function whatIsThere(
  { redis, keys }: Context,
  campaign: Campaign,
): Promise<Pick<DryRunOptions, 'identity' | 'look'>> {
  const identity = await Identity.peek(redis, keys);
  if (identity === undefined) return { identity: nobodysIdentity() };
  const preview = new LoadPreview(redis, keys, campaign.id);
  return { identity, look: (callIds) => preview.calls(callIds) };
}

/** Where there is no key yet nothing can be there, and any key tells the rows of one list apart. */
function nobodysIdentity(): Identity {
  return new Identity(randomBytes(32));
}

async function tellPerson(io: Io, run: DryRun, { source }: CheckedList, campaign: string): Promise<void> {
  await print(io.stdout, 'Dry run: nothing is stored or queued.\n\n');
  for await (const fates of run.run(source.list.rows)) await print(io.stdout, fates.map(fateLine).join(''));
  await print(io.stdout, `\n${loadTable(campaign, run.counts, undefined)}`);
  if (run.wouldExpire > 0) {
    await print(io.stdout, `\n${countOf(run.wouldExpire, 'call')} would expire before it may be placed.\n`);
  }
  if (run.payloads.length === 0) return;
  const shown = run.payloads.map((payload) => JSON.stringify(payload, undefined, 2)).join('\n');
  await print(io.stdout, `\n${firstCalls(run.payloads.length)} would be sent:\n${shown}\n`);
}

function firstCalls(count: number): string {
  return count === 1 ? 'The first call as it' : `The first ${count} calls as they`;
}

/** One object, written as the list is read, so that a long list takes no memory. */
async function tellProgram(io: Io, run: DryRun, { source }: CheckedList, campaign: string): Promise<void> {
  await print(io.stdout, '{"dryRun":true,"fates":[');
  let separator = '';
  for await (const fates of run.run(source.list.rows)) {
    await print(io.stdout, separator + fates.map((fate) => JSON.stringify(fate)).join(','));
    separator = ',';
  }
  const { counts, wouldExpire, payloads } = run;
  const rest = JSON.stringify({ ...loadJson(campaign, counts, undefined), wouldExpire, payloads });
  await print(io.stdout, `],${rest.slice(1)}\n`);
}
