import {
  CallInFlightError,
  DoNotCallList,
  Eraser,
  type Erasure,
  ErasureIncompleteError,
  Identity,
} from '@libby-dialer/dial-queue';
import { DialerError, UsageError } from '@libby-dialer/runtime';
import type { CommandSlot } from '../command-slot.ts';
import { type Context, withContext } from '../context.ts';
import { countOf, formatDuration } from '../format.ts';
import { type Io, print } from '../io.ts';
import { readCountry, readNumber } from '../read-number.ts';

interface EraseOptions {
  readonly country?: string | undefined;
  readonly by?: string | undefined;
  readonly json?: boolean | undefined;
}

export function addEraseCommand({ program, io, run }: CommandSlot): void {
  program
    .command('erase')
    .description(
      'Remove a person’s data from inbox, queues, ledger and results; what waits is not called. The do-not-call list stays.',
    )
    .argument('<number>', 'in E.164 form (+15055550123), or as dialed in --country')
    .option('--country <code>', 'two letters, such as US, for a number without a country code')
    .option('--by <who>', 'who decided it; kept for audit, without the number')
    .option('--json', 'print one JSON object')
    .action((number, options) => run(erase(io, number, options)));
}

async function erase(io: Io, text: string, { country, by, json = false }: EraseOptions): Promise<number> {
  const verdict = readNumber(text, { country: readCountry(country) });
  if (!verdict.ok) throw new UsageError(`The number cannot be read: ${verdict.reason}`);
  return await withContext(io, async (context) => {
    const erasure = await eraseNumber(io, context, verdict.number, by);
    const isSuppressed = await isOnDoNotCallList(context, verdict.number);
    await print(io.stdout, json ? `${JSON.stringify({ ...erasure, isSuppressed })}\n` : report(erasure, isSuppressed));
    return 0;
  });
}

async function eraseNumber(io: Io, context: Context, number: string, by: string | undefined): Promise<Erasure> {
  const at = await context.now();
  try {
    return await new Eraser(context.redis, context.keys).erase(number, { by, at, signal: io.signal });
  } catch (error) {
    if (error instanceof CallInFlightError) {
      const message = `A call to this number is in flight; try again in ${formatDuration(error.until - at + 1000)}.`;
      throw new DialerError(error.code, message, { cause: error });
    }
    if (error instanceof ErasureIncompleteError) {
      throw new DialerError(error.code, 'Data of this number keep coming in; stop what loads it, and erase it again.', {
        cause: error,
      });
    }
    throw error;
  }
}

async function isOnDoNotCallList({ redis, keys }: Context, number: string): Promise<boolean> {
  const [isListed = false] = await new DoNotCallList(redis, keys, await Identity.load(redis, keys)).check([number]);
  return isListed;
}

function report(erasure: Erasure, isSuppressed: boolean): string {
  const { calls, ended, jobs, keptPayloads, results, inboxEntries, deadLetters } = erasure;
  const list = isSuppressed
    ? 'The number stays on the do-not-call list.\n'
    : 'The number is not on the do-not-call list: other campaigns may still call it ("enqueuer suppress add").\n';
  if (calls + inboxEntries + deadLetters === 0) return `Nothing was found of this number.\n${list}`;
  const inbox = inboxEntries === 0 ? '' : `${countOf(inboxEntries, 'inbox entry', 'inbox entries')} erased.\n`;
  const letters = deadLetters === 0 ? '' : `${countOf(deadLetters, 'dead letter')} erased.\n`;
  if (calls === 0) return `${inbox}${letters}${list}`;
  const kinds = [countOf(jobs, 'queued payload'), countOf(keptPayloads, 'kept payload'), countOf(results, 'result')];
  return `${inbox}${letters}${countOf(calls, 'call')} erased: ${kinds.join(', ')}. ${countOf(ended, 'call')} had no outcome yet and will not be dialed.\n${list}`;
}
