import type { Erasure, Survey } from '@libby-dialer/dial-queue';
import {
  type Context,
  type ErasedPerson,
  erasePerson,
  surveyPerson,
} from '@libby-dialer/operations';
import { countOf, DialerError } from '@libby-dialer/runtime';
import { BY } from '../../actor.ts';
import type { CommandLine } from '../../command-line.ts';
import { canAsk, confirm } from '../../terminal/confirm.ts';
import { type Io, print } from '../../terminal/io.ts';
import { withContext } from '../../with-context.ts';
import { numberOf } from './number-argument.ts';

interface EraseOptions {
  readonly country?: string | undefined;
  readonly by?: string | undefined;
  readonly yes?: boolean | undefined;
  readonly json?: boolean | undefined;
}

export function addEraseCommand({ program, io, run }: CommandLine): void {
  program
    .command('erase')
    .description(
      'Remove a person’s data from inbox, queues, ledger and results; what waits is not called. The do-not-call list stays.',
    )
    .argument('<number>', 'in E.164 form (+15055550123), or as dialed in --country')
    .option('--country <code>', 'two letters, such as US, for a number without a country code')
    .option(...BY)
    .option('--yes', 'do not ask; without a terminal nobody is asked')
    .option('--json', 'print one JSON object')
    .action((number, options) => run(erase(io, number, options)));
}

async function erase(io: Io, text: string, options: EraseOptions): Promise<number> {
  const { country, by, yes = false, json = false } = options;
  const number = numberOf(text, country);
  return await withContext(
    io,
    async (context) => {
      if (!yes && canAsk(io)) await askBefore(io, context, number);
      const erased = await erasePerson(context, number, io.signal);
      await print(io.stdout, json ? `${JSON.stringify(erased)}\n` : report(erased));
      return 0;
    },
    by,
  );
}

/** Throws where the answer is no. */
async function askBefore(io: Io, context: Context, number: string): Promise<void> {
  const survey = await surveyPerson(context, number, io.signal);
  const isSure = await confirm(io, `${sentenceOf(survey)} This cannot be undone. Erase?`);
  if (!isSure) throw new DialerError('not_confirmed', 'Nothing was erased.');
}

function sentenceOf({ calls, campaigns, open }: Survey): string {
  const beside =
    'what inbox and forwarders hold of this number, and when it was called (frequency caps begin anew)';
  if (calls === 0) return `No call to this number was found. Erased will be ${beside}.`;
  const where = `${countOf(calls, 'call')} in ${countOf(campaigns.length, 'campaign')} (${campaigns.join(', ')})`;
  const ends =
    open === 0
      ? ''
      : ` ${countOf(open, 'call')} of these had no outcome yet and will not be dialed.`;
  return `Erased will be number, name and payload of ${where}, and ${beside}.${ends}`;
}

function report(erased: ErasedPerson): string {
  const list = erased.isSuppressed
    ? 'The number stays on the do-not-call list.'
    : 'The number is not on the do-not-call list: other campaigns may still call it ("enqueuer suppress add").';
  return [...whatWasErased(erased), list, ...whatMayBeLeft(erased)]
    .map((line) => `${line}\n`)
    .join('');
}

function whatWasErased(erasure: Erasure): string[] {
  const { calls, ended, jobs, keptPayloads, results, inboxEntries, deadLetters } = erasure;
  if (calls + inboxEntries + deadLetters === 0) return ['Nothing was found of this number.'];
  const lines: string[] = [];
  if (inboxEntries > 0)
    lines.push(`${countOf(inboxEntries, 'inbox entry', 'inbox entries')} erased.`);
  if (deadLetters > 0) lines.push(`${countOf(deadLetters, 'dead letter')} erased.`);
  if (calls > 0) {
    const kinds = [
      countOf(jobs, 'queued payload'),
      countOf(keptPayloads, 'kept payload'),
      countOf(results, 'result'),
    ];
    const ends = `${countOf(ended, 'call')} had no outcome yet and will not be dialed.`;
    lines.push(`${countOf(calls, 'call')} erased: ${kinds.join(', ')}. ${ends}`);
  }
  return lines;
}

function whatMayBeLeft({ slowLog, beingLoaded, abandonedEntries }: Erasure): string[] {
  const lines: string[] = [];
  if (slowLog === 'emptied')
    lines.push('Redis’s slow log, which keeps arguments of commands, was emptied.');
  if (slowLog === 'unreachable') {
    lines.push(
      'Redis’s slow log cannot be looked at by this user and may name the person: SLOWLOG RESET empties it.',
    );
  }
  if (beingLoaded.length > 0) {
    const where = beingLoaded.join(', ');
    lines.push(
      `A list is being loaded into ${where}: if the number stands in it, erase it again when that is done.`,
    );
  }
  if (abandonedEntries > 0) {
    const what = countOf(abandonedEntries, 'inbox entry', 'inbox entries');
    lines.push(
      `${what} was taken from a daemon that stands still; should it go on, erase the number again.`,
    );
  }
  lines.push(
    'Out of reach: lists, rejects and results in files, what webhooks were sent, Redis’s own files and backups.',
  );
  return lines;
}
