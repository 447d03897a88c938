import {
  CallGroups,
  type CallTime,
  CallTimes,
  type Campaign,
  earliestAt,
  type OpenSpan,
  type QueuedCall,
  type ZonedGroup,
} from '@libby-dialer/dialing';

/** When the first of those who wait may be called, and the zones by whose clocks it is. */
export interface Opening {
  /** Epoch ms. */
  readonly at: number;
  readonly zones: readonly string[];
}

/** Rows may have times of their own. */
const MOST_TIMES = 1000;
/** A year's. */
const MOST_SPANS = 400;

/**
 * When the calls of a campaign may go out, as `CallTimes` says it: the same object for all calls
 * for which that is the same, and with the hours that were asked for before. Those of a time zone
 * cost much to find, and a forecast asks for the same at every look.
 */
export class RememberedTimes {
  readonly campaign: Campaign;
  readonly #times: CallTimes;
  readonly #known = new Map<string, CallTime>();

  constructor(campaign: Campaign) {
    this.campaign = campaign;
    this.#times = new CallTimes(campaign);
  }

  of(call: QueuedCall): CallTime {
    const time = this.#times.of(call);
    const { zones, rules, startsAt, expiresAt } = time;
    const key = `${zones.join('&')} ${rules.join('&')} ${startsAt ?? ''} ${expiresAt ?? ''}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const remembered = { ...time, openSpan: rememberedSpans(time.openSpan) };
    if (this.#known.size >= MOST_TIMES) this.#known.clear();
    this.#known.set(key, remembered);
    return remembered;
  }
}

/**
 * By which clocks and when the calls of a campaign may go out that wait, from some of them. Made
 * once and asked at every look: what that costs grows with how many different times there are, not
 * with the calls.
 */
export class WaitingMix {
  readonly #size: number;
  readonly #times: ReadonlySet<CallTime>;
  readonly #groups: readonly ZonedGroup[];

  /** @param sample some of the calls that wait */
  constructor(times: RememberedTimes, sample: readonly QueuedCall[]) {
    const all = sample.map((call) => times.of(call));
    const groups = new CallGroups();
    for (const time of all) groups.add(time);
    this.#size = sample.length;
    this.#times = new Set(all);
    this.#groups = groups.list();
  }

  /** Each call of the sample stands for as many of what is pending. */
  groups(pending: number): ZonedGroup[] {
    return this.#groups.map((group) => ({ ...group, calls: (group.calls * pending) / this.#size }));
  }

  /** Undefined: none of them can be called any more. @param now epoch ms */
  opening(now: number): Opening | undefined {
    let first: Opening | undefined;
    for (const time of this.#times) {
      const at = earliestAt(time, now);
      if (at !== undefined && (first === undefined || at < first.at))
        first = { at, zones: time.zones };
    }
    return first;
  }
}

function rememberedSpans(openSpan: CallTime['openSpan']): CallTime['openSpan'] {
  const answers: { readonly since: number; readonly span: OpenSpan }[] = [];
  return (atMs) => {
    const known = answers.find(({ since, span }) => since <= atMs && atMs < span.closesAt);
    if (known !== undefined) return known.span;
    const span = openSpan(atMs);
    if (answers.length >= MOST_SPANS) answers.length = 0;
    if (span !== undefined) answers.push({ since: Math.min(atMs, span.opensAt), span });
    return span;
  };
}
