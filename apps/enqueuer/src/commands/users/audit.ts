import { Option } from '@commander-js/extra-typings';
import type { AuditEntry } from '@libby-dialer/dial-queue';
import { AUDIT_ACTIONS } from '@libby-dialer/dialing';
import { type AuditRequest, auditJson, type Context, listAudit } from '@libby-dialer/operations';
import type { CommandLine } from '../../command-line.ts';
import { momentBefore, wholeNumberUpTo } from '../../option-values.ts';
import { auditTable } from '../../reports/audit-report.ts';
import { type Io, print } from '../../terminal/io.ts';
import { printFitted } from '../../terminal/table.ts';
import { withContext } from '../../with-context.ts';
import { numberOf } from '../people/number-argument.ts';

const SHOWN = 50;
const MOST_SHOWN = 100_000;

interface AuditOptions extends Omit<AuditRequest, 'cursor'> {
  readonly country?: string | undefined;
  readonly json?: boolean | undefined;
}

export function addAuditCommand({ program, io, run }: CommandLine): void {
  program
    .command('audit')
    .description(
      'Show what people decided, the newest last: who, when, from where, and what it did.',
    )
    .option('--campaign <id>', 'only what concerns this campaign')
    .option('--by <who>', 'only what this person decided')
    .addOption(new Option('--action <name>', 'only this').choices(AUDIT_ACTIONS))
    .option(
      '--number <number>',
      'only what names this person: do not call, erase; in E.164 form, or as dialed in --country',
    )
    .option('--country <code>', 'two letters, such as US, for a number without a country code')
    .option(
      '--since <when>',
      'nothing older than this: 2026-12-01, 2026-12-01T18:00Z, or as long ago as 2h or 7d',
      momentBefore,
    )
    .option('--limit <n>', 'show at most this many, the newest', wholeNumberUpTo(MOST_SHOWN), SHOWN)
    .option('--json', 'print one JSON object')
    .action((options) => run(audit(io, options)));
}

async function audit(
  io: Io,
  { json = false, number, country, ...options }: AuditOptions,
): Promise<number> {
  const request = {
    ...options,
    number: number === undefined ? undefined : numberOf(number, country),
  };
  return await withContext(io, async (context) => {
    const entries = await newest(context, request);
    if (json) await print(io.stdout, `${JSON.stringify({ entries: entries.map(auditJson) })}\n`);
    else if (entries.length === 0) await print(io.stdout, 'Nothing of that kind is kept.\n');
    else await printFitted(io.stdout, (width) => auditTable(entries, width));
    return 0;
  });
}

/** The newest last. */
async function newest(context: Context, request: AuditRequest): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  let cursor: string | undefined;
  do {
    const page = await listAudit(context, {
      ...request,
      limit: request.limit - found.length,
      cursor,
    });
    found.push(...page.entries);
    cursor = page.cursor;
  } while (cursor !== undefined && found.length < request.limit);
  return found.toReversed();
}
