import { campaignToYaml, readCampaignFile } from '@libby-dialer/call-list';
import {
  type ArchiveAnswer,
  CampaignUnsupportedError,
  type Exports,
} from '@libby-dialer/dial-queue';
import { type Campaign, isoInstant } from '@libby-dialer/dialing';
import {
  type Context,
  campaignChanges,
  dedupeByError,
  NoSuchCampaignError,
} from '@libby-dialer/operations';
import { DialerError, UsageError } from '@libby-dialer/runtime';
import type { CommandLine } from '../command-line.ts';
import { type Io, print, warn } from '../terminal/io.ts';
import { formatTable, printFitted } from '../terminal/table.ts';
import { withContext } from '../with-context.ts';

export function addCampaignCommands({ program, io, run }: CommandLine): void {
  const campaign = program
    .command('campaign')
    .description('The campaigns: their lines, texts and rules.');
  campaign
    .command('put')
    .description('Store or change a campaign without loading a list.')
    .argument('<file>', 'campaign file (YAML or JSON)')
    .action((file) => run(putCampaign(io, file)));
  campaign
    .command('list')
    .description('Show all campaigns but those that are archived.')
    .option('--archived', 'show those instead')
    .action(({ archived = false }) => run(archived ? listArchived(io) : listCampaigns(io)));
  campaign
    .command('show')
    .description('Print a campaign as a file that "campaign put" takes.')
    .argument('<id>', 'id of the campaign')
    .action((id) => run(showCampaign(io, id)));
  campaign
    .command('archive')
    .description(
      'Remove the record of a finished campaign’s calls, and its results, once they are exported. Its counts stay; its id cannot be used again.',
    )
    .argument('<id>', 'id of the campaign')
    .option('--with-doubts', 'also if calls of it are in doubt; they then stay so for ever')
    .action((id, { withDoubts = false }) => run(archiveCampaign(io, id, withDoubts)));
}

async function putCampaign(io: Io, path: string): Promise<number> {
  const file = await readCampaignFile(path);
  if (file === undefined) throw new UsageError(`There is no file ${path}.`);
  for (const warning of file.warnings) warn(io, warning);
  return await withContext(io, async (context) => {
    await print(io.stdout, await storedText(context, file.campaign));
    return 0;
  });
}

/**
 * Stores it, and tells what that has changed: only a change lifts a hold, and holds for the calls
 * that wait.
 */
async function storedText({ campaigns, holds }: Context, campaign: Campaign): Promise<string> {
  const { id } = campaign;
  const before = await campaigns.peek(id);
  const answer = await campaigns.put(campaign);
  if (!answer.stored) throw dedupeByError(campaign, answer.dedupeBy);
  if (answer.isChanged)
    return `${id} is stored.\n${before === undefined ? '' : campaignChanges(before, campaign).join('')}`;
  const hold = (await holds.list()).find(({ scope }) => scope === `campaign:${id}`);
  const held =
    hold &&
    `${hold.scope} stays held (${hold.reason}): mend the file, or "enqueuer hold release ${hold.scope} --by <you>".\n`;
  return `${id} is stored like that already: nothing is changed.\n${held ?? ''}`;
}

async function listCampaigns(io: Io): Promise<number> {
  return await withContext(io, async ({ campaigns, status }) => {
    const [stored, statuses] = await Promise.all([campaigns.list(), status.readAll()]);
    const states = new Map(statuses.map(({ id, state }) => [id, state]));
    const rows = stored.map(({ id, fromPhoneNumber }) => [
      id,
      states.get(id) ?? '',
      fromPhoneNumber.join(' '),
    ]);
    const headings = ['CAMPAIGN', 'STATE', 'LINES'];
    if (rows.length === 0) await print(io.stdout, 'There is no campaign yet.\n');
    else await printFitted(io.stdout, (width) => formatTable([headings, ...rows], width));
    return 0;
  });
}

async function listArchived(io: Io): Promise<number> {
  return await withContext(io, async ({ campaigns, archive }) => {
    const rows: string[][] = [];
    for (const { id } of await campaigns.listArchived()) {
      rows.push([id, isoInstant((await archive.archivedAt(id)) ?? 0)]);
    }
    const text =
      rows.length === 0
        ? 'No campaign is archived.\n'
        : formatTable([['CAMPAIGN', 'ARCHIVED'], ...rows]);
    await print(io.stdout, text);
    return 0;
  });
}

async function archiveCampaign(io: Io, id: string, withDoubts: boolean): Promise<number> {
  return await withContext(io, async (context) => {
    const answer = await context.archive.archive(id, { withDoubts });
    if (answer !== 'archived') throw await notArchivedError(context, id, answer);
    await print(
      io.stdout,
      `${id} is archived: its counts stay, and its id cannot be used again.\n`,
    );
    return 0;
  });
}

async function notArchivedError(
  context: Context,
  id: string,
  answer: Exclude<ArchiveAnswer, 'archived'>,
): Promise<DialerError> {
  switch (answer) {
    case 'unknown_campaign':
      return new NoSuchCampaignError(id);
    case 'unfinished':
      return new DialerError(
        answer,
        `Campaign ${id} is not finished; see "enqueuer status ${id}", or cancel it first.`,
      );
    case 'in_doubt':
      return new DialerError(
        answer,
        `Campaign ${id} has calls in doubt; resolve them ("enqueuer in-doubt list ${id}"), or use --with-doubts: they then stay in doubt for ever.`,
      );
    case 'not_exported':
      return new DialerError(answer, notExported(id, await context.archive.exports(id)));
  }
}

function notExported(id: string, { groupsBehind }: Exports): string {
  if (groupsBehind.length === 0) {
    return `The results of campaign ${id} are not all exported; "enqueuer results ${id} -o FILE" first.`;
  }
  return `Not all results of campaign ${id} are read and acknowledged by ${groupsBehind.join(', ')}; wait for that, or remove a consumer group that is no longer used.`;
}

async function showCampaign(io: Io, id: string): Promise<number> {
  return await withContext(io, async (context) => {
    const campaign = await context.campaign(id);
    if (campaign.unknownRules !== undefined)
      throw new CampaignUnsupportedError(id, campaign.unknownRules);
    await print(io.stdout, campaignToYaml(campaign));
    return 0;
  });
}
