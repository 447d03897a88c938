import type { CallProgress, EntryStatus } from '@libby-dialer/dial-queue';
import {
  entryJson,
  type InboxEntryReport,
  type InboxReport,
  inboxEntry,
  inboxStatus,
  rejectedEntries,
  rejectedJson,
} from '@libby-dialer/operations';
import { countOf, formatCount, formatDuration } from '@libby-dialer/runtime';
import type { CommandLine } from '../../command-line.ts';
import { wholeNumber } from '../../option-values.ts';
import { type Io, print } from '../../terminal/io.ts';
import { formatTable, printFitted } from '../../terminal/table.ts';
import { withContext } from '../../with-context.ts';

const MOST_REJECTS = 20;
const HEADING = ['ENTRY', 'REJECTED', 'CAMPAIGN', 'CODE', 'REASON'];

interface JsonOption {
  readonly json?: boolean | undefined;
}

interface RejectedOptions extends JsonOption {
  readonly limit: number;
}

export function addInboxCommands({ program, io, run }: CommandLine): void {
  const inbox = program
    .command('inbox')
    .description('What other services push: the stream that "enqueuer serve" takes calls from.');
  inbox
    .command('status')
    .description('Show how much waits, who takes it in, and how much was rejected.')
    .option('--json', 'print one JSON object')
    .action((options) => run(status(io, options)));
  inbox
    .command('show')
    .description('Show the status of one entry, and what has become of its call so far.')
    .argument('<id>', 'stream id of the entry, as XADD answered it')
    .option('--json', 'print one JSON object')
    .action((id, options) => run(show(io, id, options)));
  inbox
    .command('rejected')
    .description('Show the latest entries that could not be called, and why.')
    .option('--limit <n>', 'how many', wholeNumber(6), MOST_REJECTS)
    .option('--json', 'print one JSON object, which also holds the records')
    .action((options) => run(rejected(io, options)));
}

async function status(io: Io, { json = false }: JsonOption): Promise<number> {
  return await withContext(io, async (context) => {
    const report = await inboxStatus(context);
    await print(io.stdout, json ? `${JSON.stringify(report)}\n` : statusText(report));
    return 0;
  });
}

function statusText({ waiting, pending, consumers, rejected, oldestAgeMs }: InboxReport): string {
  const oldest =
    oldestAgeMs === undefined ? '' : `; the oldest is ${formatDuration(oldestAgeMs)} old`;
  const lines = [`${formatCount(waiting)} waiting, ${formatCount(pending)} in hand${oldest}.`];
  if (consumers.length === 0)
    lines.push('No daemon takes them in; start one with "enqueuer serve".');
  for (const { name, pending, idleMs } of consumers) {
    lines.push(
      `${name}: ${formatCount(pending)} in hand, last seen ${formatDuration(idleMs)} ago.`,
    );
  }
  lines.push(
    `${countOf(rejected, 'reject')} kept${rejected === 0 ? '' : '; "enqueuer inbox rejected" shows them'}.`,
  );
  return `${lines.join('\n')}\n`;
}

async function show(io: Io, id: string, { json = false }: JsonOption): Promise<number> {
  return await withContext(io, async (context) => {
    const entry = await inboxEntry(context, id);
    await print(
      io.stdout,
      json ? `${JSON.stringify(entryJson(id, entry))}\n` : entryText(id, entry),
    );
    return 0;
  });
}

function entryText(id: string, { status, call }: InboxEntryReport): string {
  if (status === 'waiting') return `${id} waits to be taken in.\n`;
  return `${id} ${became(status)}\n${progressText(call)}`;
}

function became(status: EntryStatus): string {
  switch (status.kind) {
    case 'queued':
      return `was queued as ${status.callId} of ${status.campaign}.`;
    case 'already_queued':
      return `is ${status.callId} of ${status.campaign}, which was in the queue already.`;
    case 'already_settled':
      return `is ${status.callId} of ${status.campaign}, which had its outcome already.`;
    case 'duplicate':
      return `repeats an entry that was taken in with it, as ${status.callId} of ${status.campaign}.`;
    case 'rejected':
      return `was rejected (${status.code}); see "enqueuer inbox rejected".`;
    case 'erased':
      return 'was erased on request, and is not called.';
  }
}

function progressText(call: CallProgress | undefined): string {
  switch (call?.state) {
    case undefined:
      return '';
    case 'queued':
      return 'The call waits for its turn.\n';
    case 'in_flight':
      return 'The call is in flight.\n';
    case 'forgotten':
      return 'Nothing is kept of the call any more.\n';
    case 'settled': {
      const { result } = call;
      const details =
        result === undefined ? '' : ` (${result.reason}), settled ${result.settledAt}`;
      return `The call ended as ${call.outcome}${details}.\n`;
    }
  }
}

async function rejected(io: Io, { limit, json = false }: RejectedOptions): Promise<number> {
  return await withContext(io, async (context) => {
    const found = await rejectedEntries(context, { limit });
    const entries = found.entries.map(rejectedJson);
    if (json) await print(io.stdout, `${JSON.stringify({ rejected: entries })}\n`);
    else if (entries.length === 0) await print(io.stdout, 'Nothing was rejected.\n');
    else {
      const rows = entries.map(({ entry, rejectedAt, campaign, code, reason }) => [
        entry,
        rejectedAt,
        printable(campaign),
        code,
        reason,
      ]);
      await printFitted(io.stdout, (width) => formatTable([HEADING, ...rows], width));
    }
    return 0;
  });
}

/** What stands there may be anything: a terminal must not obey it. */
function printable(campaign: string): string {
  return campaign.replaceAll(/[^\w-]/g, '?').slice(0, 63);
}
