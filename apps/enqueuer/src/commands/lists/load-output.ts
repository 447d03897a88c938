import { placesText } from '@libby-dialer/call-list';
import type { Canary } from '@libby-dialer/dialing';
import {
  type LoadedList,
  loadJson,
  type ProgressView,
  type Unplaceable,
} from '@libby-dialer/operations';
import { countOf, type Logger } from '@libby-dialer/runtime';
import { canaryOpenedText } from '../../reports/hold-report.ts';
import { loadTable } from '../../reports/load-report.ts';
import { type Io, print, warn } from '../../terminal/io.ts';
import { Progress } from '../../terminal/progress.ts';

interface ListProgress<Counts> {
  readonly watch: (look: () => ProgressView) => Disposable;
  readonly brokenOff: (counts: Counts, by: 'signal' | 'error') => void;
}

/** Shows whoever waits how far a list is, and where it ended if that came too soon. */
export function progressOf<Counts>(
  { stderr }: Io,
  logger: Logger,
  soFar: (counts: Counts) => string,
): ListProgress<Counts> {
  return {
    watch: (look) => {
      const progress = new Progress(stderr, logger, look);
      progress.start();
      return progress;
    },
    brokenOff: (counts, by) => {
      const word = by === 'signal' ? 'Interrupted' : 'Stopped';
      stderr.write(`${word} after ${soFar(counts)}; the same command goes on from there.\n`);
    },
  };
}

/** The result of a load, for people or as JSON, and its warnings. */
export async function printLoaded(
  io: Io,
  campaign: string,
  { list, counts, rejectsFile, unplaceable, canary: opening }: LoadedList,
  { json, canary }: { readonly json?: boolean | undefined; readonly canary?: Canary | undefined },
): Promise<void> {
  const wouldExpire = unplaceable.reduce((sum, { count }) => sum + count, 0);
  const asked = canary === undefined ? {} : { canary: opening ?? null };
  const said = canary === undefined ? '' : canaryOpenedText(campaign, canary, opening);
  const result = json
    ? `${JSON.stringify({ ...loadJson(campaign, counts, rejectsFile), wouldExpire, ...asked })}\n`
    : `${loadTable(campaign, counts, rejectsFile)}${said}`;
  await print(io.stdout, result);
  for (const each of unplaceable) warn(io, unplaceableText(each, list));
}

const REASONS: Record<Unplaceable['reason'], string> = {
  expired: 'the time to call is over',
  would_expire: 'out of hours until the time to call is over',
  never_opens: 'the hours do not open at all',
};

function unplaceableText({ reason, count, places }: Unplaceable, list: string): string {
  const more = count > places.length ? ' …' : '';
  return `${countOf(count, 'call')} can never be placed: ${REASONS[reason]} (${placesText(places)}${more} of ${list}).`;
}
