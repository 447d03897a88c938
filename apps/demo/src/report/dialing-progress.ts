import type { CampaignStatus } from '@libby-dialer/dial-queue';
import type { HoldReason } from '@libby-dialer/dialing';
import { formatCount, progressBar } from '@libby-dialer/runtime';
import type { Screen } from '../screen.ts';
import { totalOf } from './outcome-table.ts';

const BAR_CELLS = 20;
/** Without a terminal, a line so often. */
const LINE_EVERY_MS = 2000;

const HOLD_WORDS: Readonly<Record<HoldReason, string>> = {
  forbidden: 'the API refuses the access token',
  endpoint: 'the API answers as if it were another',
  rate_limited: 'the API asked to slow down (429)',
  agent_not_found: 'the line has no agent',
  token_unavailable: 'no access token can be had',
  doubts: 'too many calls in doubt in a row',
  unreachable: 'the API cannot be reached',
  rejections: 'too many rejections in a row',
  campaign_incomplete: 'a text asks for a value that a call lacks',
  replicas_behind: 'too few replicas of Redis keep up',
  canary: 'the first calls go ahead of the rest',
  stopped: 'somebody has stopped it',
  evidence_lost: 'Redis has lost claims, and a person has to decide',
};

/** Shows how far a campaign is: a line that changes in place, or a line now and then. */
export class DialingProgress {
  readonly #screen: Screen;
  readonly #now: () => number;
  #shown = '';
  #shownAt = Number.NEGATIVE_INFINITY;

  /** @param now monotonic milliseconds */
  constructor(screen: Screen, now: () => number = () => performance.now()) {
    this.#screen = screen;
    this.#now = now;
  }

  show(status: CampaignStatus): void {
    if (this.#screen.isTerminal) {
      this.#screen.live(`  ${bar(shareDone(status))}  ${progressText(status)}`);
      return;
    }
    const text = progressText(status);
    if (text === this.#shown || this.#now() - this.#shownAt < LINE_EVERY_MS) return;
    this.#print(text);
  }

  /** The last state stays to be read. */
  end(status: CampaignStatus): void {
    if (this.#screen.isTerminal)
      this.#screen.line(`  ${bar(shareDone(status))}  ${progressText(status)}`);
    else if (progressText(status) !== this.#shown) this.#print(progressText(status));
  }

  #print(text: string): void {
    this.#screen.line(`  ${text}`);
    this.#shown = text;
    this.#shownAt = this.#now();
  }
}

/**
 * `112 of 187: 104 accepted, 3 unknown, 2 others, 3 in flight`; while dialing is held, what holds
 * it.
 */
export function progressText({ pending, inFlight, outcomes, holds }: CampaignStatus): string {
  const done = totalOf(outcomes);
  const place = `${formatCount(done)} of ${formatCount(done + pending + inFlight)}`;
  const [hold] = holds;
  if (hold !== undefined) return `${place}; held: ${HOLD_WORDS[hold.reason]}`;
  const { accepted, unknown } = outcomes;
  const counts = { accepted, unknown, others: done - accepted - unknown, 'in flight': inFlight };
  const parts = Object.entries(counts).flatMap(([name, count]) =>
    count > 0 ? `${formatCount(count)} ${name}` : [],
  );
  return parts.length === 0 ? place : `${place}: ${parts.join(', ')}`;
}

function shareDone({ pending, inFlight, outcomes }: CampaignStatus): number {
  const done = totalOf(outcomes);
  const all = done + pending + inFlight;
  return all === 0 ? 1 : done / all;
}

function bar(share: number): string {
  return progressBar(Math.floor(share * BAR_CELLS), BAR_CELLS);
}
