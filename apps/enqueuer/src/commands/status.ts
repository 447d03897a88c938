import type { CampaignStatus } from '@libby-dialer/dial-queue';
import { isoInstant, OUTCOMES } from '@libby-dialer/dialing';
import { sleep } from '@libby-dialer/runtime';
import type { CommandSlot } from '../command-slot.ts';
import { type Context, NoSuchCampaignError, withContext } from '../context.ts';
import { type Io, print } from '../io.ts';
import { type Cell, formatTable } from '../table.ts';
import { holdTable } from './hold.ts';

const WATCH_MS = 1000;
const HOME_AND_ERASE = '\u001b[H\u001b[J';

interface StatusOptions {
  readonly watch?: boolean | undefined;
  readonly json?: boolean | undefined;
}

export function addStatusCommand({ program, io, run }: CommandSlot): void {
  program
    .command('status')
    .description('Show how far one or all campaigns are, and what holds them.')
    .argument('[campaign]', 'id of a campaign')
    .option('--watch', 'show it again every second; with a campaign, until that is completed or canceled')
    .option(
      '--json',
      'print one JSON object, or an array of them for all campaigns (with --watch: a line for each change)',
    )
    .action((campaign, options) => run(status(io, campaign, options)));
}

async function status(io: Io, id: string | undefined, { watch, json }: StatusOptions): Promise<number> {
  return await withContext(io, async (context) => {
    const show = watch ? watcher(io) : (text: string) => print(io.stdout, text);
    for (;;) {
      const { statuses, text } = await render(context, id, json === true);
      await show(text);
      if (!watch || (id !== undefined && statuses.every(isOver))) return 0;
      await sleep(WATCH_MS, io.signal);
    }
  });
}

interface Rendered {
  readonly statuses: readonly CampaignStatus[];
  readonly text: string;
}

async function render(context: Context, id: string | undefined, json: boolean): Promise<Rendered> {
  const now = await context.now();
  if (id === undefined) {
    const statuses = await context.status.readAll();
    return { statuses, text: json ? jsonLine(statuses.map(toJson)) : statusOfAll(statuses, now) };
  }
  const status = await context.status.read(id);
  if (status === undefined) throw new NoSuchCampaignError(id);
  return { statuses: [status], text: json ? jsonLine(toJson(status)) : statusOfOne(status, now) };
}

function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

function isOver({ state, pending, inFlight }: CampaignStatus): boolean {
  return (state === 'completed' || state === 'canceled') && pending + inFlight === 0;
}

/** On a terminal each look takes the place of the one before; elsewhere only what has changed is written. */
function watcher({ stdout }: Io): (text: string) => Promise<void> {
  let shown: string | undefined;
  return async (text) => {
    if (stdout.isTTY === true) return await print(stdout, `${HOME_AND_ERASE}${text}`);
    if (text !== shown) await print(stdout, text);
    shown = text;
  };
}

function toJson(status: CampaignStatus): object {
  const { id, state, pending, inFlight, outcomes, holds } = status;
  return {
    id,
    state,
    pending,
    inFlight,
    outcomes,
    holds: holds.map(({ scope, reason, until }) => ({
      scope,
      reason,
      until: until === undefined ? null : isoInstant(until),
    })),
  };
}

function statusOfOne({ id, state, pending, inFlight, outcomes, holds }: CampaignStatus, now: number): string {
  const counts = OUTCOMES.map((outcome): Cell[] => [`  ${outcome}`, outcomes[outcome]]);
  const table = formatTable([['  pending', pending], ['  in flight', inFlight], ...counts]);
  return `${id}: ${state}\n${table}${holds.length === 0 ? '' : `\n${holdTable(holds, now)}`}`;
}

function statusOfAll(statuses: readonly CampaignStatus[], now: number): string {
  if (statuses.length === 0) return 'There is no campaign yet.\n';
  const headings = ['CAMPAIGN', 'STATE', 'PENDING', 'IN FLIGHT', ...OUTCOMES.map((outcome) => outcome.toUpperCase())];
  const rows = statuses.map(({ id, state, pending, inFlight, outcomes }): Cell[] => [
    id,
    state,
    pending,
    inFlight,
    ...OUTCOMES.map((outcome) => outcomes[outcome]),
  ]);
  const holds = [...new Map(statuses.flatMap(({ holds }) => holds).map((hold) => [hold.scope, hold])).values()];
  return `${formatTable([headings, ...rows])}${holds.length === 0 ? '' : `\n${holdTable(holds, now)}`}`;
}
