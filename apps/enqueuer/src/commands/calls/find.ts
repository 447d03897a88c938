import { type CallQuestion, isCallId } from '@libby-dialer/dial-queue';
import { findCalls } from '@libby-dialer/operations';
import { DialerError } from '@libby-dialer/runtime';
import type { CommandLine } from '../../command-line.ts';
import { foundCallsReport } from '../../reports/found-calls-report.ts';
import { type Io, print } from '../../terminal/io.ts';
import { printFitted } from '../../terminal/table.ts';
import { withContext } from '../../with-context.ts';
import { numberOf } from '../people/number-argument.ts';

interface FindOptions {
  readonly externalId?: string | undefined;
  readonly country?: string | undefined;
  readonly json?: boolean | undefined;
}

export function addFindCommand({ program, io, run }: CommandLine): void {
  program
    .command('find')
    .description(
      'Show every call of a number, an externalId or a call id, in all campaigns, and what became of it step by step.',
    )
    .argument(
      '[what]',
      'a number, in E.164 form (+15055550123) or as dialed in --country; or a call id',
    )
    .option('--external-id <key>', 'the calls of this externalId')
    .option('--country <code>', 'two letters, such as US, for a number without a country code')
    .option('--json', 'print one JSON object')
    .action((what, options) => run(find(io, what, options)));
}

async function find(io: Io, what: string | undefined, options: FindOptions): Promise<number> {
  const question = questionOf(what, options);
  return await withContext(io, async (context) => {
    const found = await findCalls(context, question);
    if (options.json) await print(io.stdout, `${JSON.stringify(found)}\n`);
    else await printFitted(io.stdout, (width) => foundCallsReport(found, width));
    return 0;
  });
}

function questionOf(what: string | undefined, { externalId, country }: FindOptions): CallQuestion {
  if (what !== undefined && externalId === undefined) {
    return isCallId(what)
      ? { kind: 'callId', text: what }
      : { kind: 'phone', text: numberOf(what, country) };
  }
  if (what === undefined && externalId !== undefined)
    return { kind: 'externalId', text: externalId };
  const message = 'Say what to look for: a number, a call id, or --external-id.';
  throw new DialerError('what', message, { kind: 'invalid' });
}
