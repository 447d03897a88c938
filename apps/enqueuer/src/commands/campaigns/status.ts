import type { CampaignState } from '@libby-dialer/dialing';
import { type CampaignView, StatusWatch, statusJson } from '@libby-dialer/operations';
import { sleep } from '@libby-dialer/runtime';
import type { CommandLine } from '../../command-line.ts';
import {
  changeKey,
  statusLine,
  statusOfAll,
  statusOfOne,
  watchOfAll,
} from '../../reports/status-report.ts';
import { type Io, print } from '../../terminal/io.ts';
import { LiveView } from '../../terminal/live-view.ts';
import { printFitted } from '../../terminal/table.ts';
import { withContext } from '../../with-context.ts';

const WATCH_MS = 1000;

interface StatusOptions {
  readonly watch?: boolean | undefined;
  readonly json?: boolean | undefined;
}

export function addStatusCommand({ program, io, run }: CommandLine): void {
  program
    .command('status')
    .description(
      'Show how far one or all campaigns are, when they will be through, and what holds them.',
    )
    .argument('[campaign]', 'id of a campaign')
    .option(
      '--watch',
      'show it again every second, with the rate; where standard output is no terminal, a line for each change. With a campaign, until that is completed or canceled',
    )
    .option(
      '--json',
      'print one JSON object, or an array of them for all campaigns (with --watch: a line every second)',
    )
    .action((campaign, options) => run(status(io, campaign, options)));
}

async function status(
  io: Io,
  id: string | undefined,
  { watch, json }: StatusOptions,
): Promise<number> {
  return await withContext(io, async (context) => {
    const looking = new StatusWatch(context);
    const show = json ? jsonWriter(io, id) : watch ? watcher(io, id) : onceWriter(io, id);
    for (;;) {
      const views = id === undefined ? await looking.all() : [await looking.one(id)];
      await show(views);
      if (!watch || (id !== undefined && views.every(isOver))) return 0;
      await sleep(WATCH_MS, io.signal);
    }
  });
}

const ENDED: ReadonlySet<CampaignState> = new Set(['completed', 'canceled', 'archived']);

function isOver({ status: { state, pending, inFlight } }: CampaignView): boolean {
  return ENDED.has(state) && pending + inFlight === 0;
}

type Show = (views: readonly CampaignView[]) => Promise<void>;

function jsonWriter({ stdout }: Io, id: string | undefined): Show {
  return async (views) => {
    const objects = views.map(statusJson);
    await print(stdout, `${JSON.stringify(id === undefined ? objects : objects[0])}\n`);
  };
}

function onceWriter({ stdout }: Io, id: string | undefined): Show {
  return (views) => printFitted(stdout, (width) => textOf(views, id, statusOfAll, width));
}

/**
 * On a terminal each look takes the place of the one before; elsewhere a line is written for each
 * campaign that has changed.
 */
function watcher(io: Io, id: string | undefined): Show {
  if (io.stdout.isTTY !== true) return changeWriter(io);
  const view = new LiveView(io.stdout);
  return (views) => view.show(textOf(views, id, watchOfAll, view.width));
}

function textOf(
  views: readonly CampaignView[],
  id: string | undefined,
  all: typeof statusOfAll,
  width: number,
): string {
  return id === undefined
    ? all(views, width)
    : views.map((view) => statusOfOne(view, width)).join('');
}

function changeWriter({ stdout }: Io): Show {
  const shown = new Map<string, string>();
  return async (views) => {
    for (const view of views) {
      const key = changeKey(view);
      if (shown.get(view.status.id) === key) continue;
      shown.set(view.status.id, key);
      await print(stdout, statusLine(view));
    }
  };
}
