import { UsageError } from '@libby-dialer/runtime';
import { campaignToYaml, readCampaignFile } from '../campaign-file.ts';
import type { CommandSlot } from '../command-slot.ts';
import { withContext } from '../context.ts';
import { type Io, print, warn } from '../io.ts';
import { dedupeByError } from '../load-input.ts';
import { formatTable } from '../table.ts';

export function addCampaignCommands({ program, io, run }: CommandSlot): void {
  const campaign = program.command('campaign').description('The campaigns: their lines, texts and rules.');
  campaign
    .command('put')
    .description('Store or change a campaign without loading a list.')
    .argument('<file>', 'campaign file (YAML or JSON)')
    .action((file) => run(putCampaign(io, file)));
  campaign
    .command('list')
    .description('Show all campaigns.')
    .action(() => run(listCampaigns(io)));
  campaign
    .command('show')
    .description('Print a campaign as a file that "campaign put" takes.')
    .argument('<id>', 'id of the campaign')
    .action((id) => run(showCampaign(io, id)));
}

async function putCampaign(io: Io, path: string): Promise<number> {
  const file = await readCampaignFile(path);
  if (file === undefined) throw new UsageError(`There is no file ${path}.`);
  for (const warning of file.warnings) warn(io, warning);
  return await withContext(io, async ({ campaigns }) => {
    const answer = await campaigns.put(file.campaign);
    if (!answer.stored) throw dedupeByError(file.campaign, answer.dedupeBy);
    await print(io.stdout, `${file.campaign.id} is stored.\n`);
    return 0;
  });
}

async function listCampaigns(io: Io): Promise<number> {
  return await withContext(io, async ({ campaigns, status }) => {
    const [stored, statuses] = await Promise.all([campaigns.list(), status.readAll()]);
    const states = new Map(statuses.map(({ id, state }) => [id, state]));
    const rows = stored.map(({ id, fromPhoneNumber }) => [id, states.get(id) ?? '', fromPhoneNumber.join(' ')]);
    const text =
      rows.length === 0 ? 'There is no campaign yet.\n' : formatTable([['CAMPAIGN', 'STATE', 'LINES'], ...rows]);
    await print(io.stdout, text);
    return 0;
  });
}

async function showCampaign(io: Io, id: string): Promise<number> {
  return await withContext(io, async (context) => {
    await print(io.stdout, campaignToYaml(await context.campaign(id)));
    return 0;
  });
}
