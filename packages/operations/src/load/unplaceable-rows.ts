import type { ListRow } from '@libby-dialer/call-list';
import {
  type CallTime,
  CallTimes,
  type Campaign,
  isHopeless,
  type QueuedCall,
} from '@libby-dialer/dialing';
import { countOf } from '@libby-dialer/runtime';

const LINES_SHOWN = 10;

/** Why a call can never be placed. */
type Hopelessness = 'expired' | 'would_expire' | 'never_opens';

/** Undefined: it may be placed. */
function hopelessness(time: CallTime, now: number): Hopelessness | undefined {
  if (!isHopeless(time, now)) return undefined;
  if (time.expiresAt === undefined) return 'never_opens';
  return time.expiresAt <= now ? 'expired' : 'would_expire';
}

const SENTENCES: Record<Hopelessness, string> = {
  expired: 'the time to call is over',
  would_expire: 'out of hours until the time to call is over',
  never_opens: 'the hours do not open at all',
};

interface Kind {
  count: number;
  readonly lines: string[];
}

/**
 * Finds the rows of a load that can never be placed: they are queued all the same, and end as
 * `expired` if they have an end.
 */
export class UnplaceableRows {
  readonly #times: CallTimes;
  readonly #now: number;
  readonly #kinds = new Map<Hopelessness, Kind>();

  /** @param now epoch ms */
  constructor(campaign: Campaign, now: number) {
    this.#times = new CallTimes(campaign);
    this.#now = now;
  }

  get count(): number {
    return [...this.#kinds.values()].reduce((sum, { count }) => sum + count, 0);
  }

  look(call: QueuedCall, { line, sheetRow }: Pick<ListRow, 'line' | 'sheetRow'>): void {
    const why = hopelessness(this.#times.of(call), this.#now);
    if (why === undefined) return;
    const kind = this.#kinds.get(why) ?? { count: 0, lines: [] };
    this.#kinds.set(why, kind);
    kind.count += 1;
    if (kind.lines.length < LINES_SHOWN)
      kind.lines.push(
        sheetRow === undefined ? `${line}` : `${line} [row ${sheetRow} of a spreadsheet]`,
      );
  }

  /** One for each reason that there is. */
  sentences(): string[] {
    return [...this.#kinds].map(([why, { count, lines }]) => {
      const more = count > lines.length ? ' …' : '';
      const where = `${count === 1 ? 'line' : 'lines'} ${lines.join(', ')}${more}`;
      return `${countOf(count, 'call')} can never be placed: ${SENTENCES[why]} (${where}).`;
    });
  }
}
