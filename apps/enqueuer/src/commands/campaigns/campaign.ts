import { campaignToYaml, readCampaignFile } from '@libby-dialer/call-list';
import { type Campaign, isoInstant } from '@libby-dialer/dialing';
import {
  archiveCampaign,
  type Context,
  campaignInFull,
  listArchivedCampaigns,
  listCampaigns,
  putCampaign,
  type StoredAs,
  storedCampaignChange,
} from '@libby-dialer/operations';
import { DialerError, UsageError } from '@libby-dialer/runtime';
import { BY } from '../../actor.ts';
import type { CommandLine } from '../../command-line.ts';
import { changeLines, changeQuestionText } from '../../reports/change-lines.ts';
import { canAsk, confirm } from '../../terminal/confirm.ts';
import { type Io, print, warn } from '../../terminal/io.ts';
import { formatTable, printFitted } from '../../terminal/table.ts';
import { withContext } from '../../with-context.ts';

export function addCampaignCommands({ program, io, run }: CommandLine): void {
  const campaign = program
    .command('campaign')
    .description('The campaigns: their lines, texts and rules.');
  campaign
    .command('put')
    .description('Store or change a campaign without loading a list.')
    .argument('<file>', 'campaign file (YAML or JSON)')
    .option(
      '--yes',
      'do not ask before calls that wait are changed; without a terminal nobody is asked',
    )
    .option(...BY)
    .action((file, options) => run(put(io, file, options)));
  campaign
    .command('list')
    .description('Show all campaigns but those that are archived.')
    .option('--archived', 'show the archived ones instead')
    .action(({ archived = false }) => run(archived ? listArchived(io) : list(io)));
  campaign
    .command('show')
    .description('Print a campaign as a file that "campaign put" takes.')
    .argument('<id>', 'id of the campaign')
    .action((id) => run(show(io, id)));
  campaign
    .command('archive')
    .description(
      'Remove the record of a finished campaign’s calls, and its results, once they are exported. Its counts stay; its id cannot be used again.',
    )
    .argument('<id>', 'id of the campaign')
    .option('--with-doubts', 'even if some of its calls are in doubt; they stay so for ever')
    .option(...BY)
    .action((id, options) => run(archive(io, id, options)));
}

interface PutOptions {
  readonly yes?: boolean | undefined;
  readonly by?: string | undefined;
}

async function put(io: Io, path: string, { yes = false, by }: PutOptions): Promise<number> {
  const file = await readCampaignFile(path);
  if (file === undefined) throw new UsageError(`There is no file ${path}.`);
  const { campaign, warnings } = file;
  for (const warning of warnings) warn(io, warning);
  return await withContext(
    io,
    async (context) => {
      if (!yes && canAsk(io)) await askOfCallsThatWait(io, context, campaign);
      await print(io.stdout, storedText(campaign.id, await putCampaign(context, campaign)));
      return 0;
    },
    by,
  );
}

/** They are dialed by the campaign as it is stored then. */
async function askOfCallsThatWait(io: Io, context: Context, campaign: Campaign): Promise<void> {
  const change = await storedCampaignChange(context, campaign);
  if (change === undefined || change.pending === 0) return;
  if (await confirm(io, `${changeQuestionText(change)}Change it?`)) return;
  throw new DialerError('not_confirmed', 'Nothing is changed.', { kind: 'refused' });
}

function storedText(id: string, stored: StoredAs): string {
  if (stored.kind === 'added') return `${id} is stored.\n`;
  if (stored.kind === 'changed') return `${id} is stored.\n${changeLines(stored.changes).join('')}`;
  const { hold } = stored;
  const held =
    hold &&
    `${hold.scope} stays held (${hold.reason}): mend the file, or "enqueuer hold release ${hold.scope} --by <you>".\n`;
  return `${id} is stored like that already: nothing is changed.\n${held ?? ''}`;
}

async function list(io: Io): Promise<number> {
  return await withContext(io, async (context) => {
    const rows = (await listCampaigns(context)).map(({ campaign, state = '' }) => [
      campaign.id,
      state,
      campaign.fromPhoneNumber.join(' '),
    ]);
    const headings = ['CAMPAIGN', 'STATE', 'LINES'];
    if (rows.length === 0) await print(io.stdout, 'There is no campaign yet.\n');
    else await printFitted(io.stdout, (width) => formatTable([headings, ...rows], width));
    return 0;
  });
}

async function listArchived(io: Io): Promise<number> {
  return await withContext(io, async (context) => {
    const archived = await listArchivedCampaigns(context);
    const rows = archived.map(({ id, archivedAt }) => [id, isoInstant(archivedAt)]);
    const text =
      rows.length === 0
        ? 'No campaign is archived.\n'
        : formatTable([['CAMPAIGN', 'ARCHIVED'], ...rows]);
    await print(io.stdout, text);
    return 0;
  });
}

interface ArchiveOptions {
  readonly withDoubts?: boolean | undefined;
  readonly by?: string | undefined;
}

async function archive(
  io: Io,
  id: string,
  { withDoubts = false, by }: ArchiveOptions,
): Promise<number> {
  return await withContext(
    io,
    async (context) => {
      await archiveCampaign(context, id, { withDoubts });
      await print(
        io.stdout,
        `${id} is archived: its counts stay, and its id cannot be used again.\n`,
      );
      return 0;
    },
    by,
  );
}

async function show(io: Io, id: string): Promise<number> {
  return await withContext(io, async (context) => {
    await print(io.stdout, await campaignToYaml(await campaignInFull(context, id)));
    return 0;
  });
}
