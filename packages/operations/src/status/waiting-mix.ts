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

/**
 * By which clocks and when the calls of a campaign may go out that wait, from some of them. Made
 * once and asked at every look: what that costs grows with how many different times there are, not
 * with the calls.
 */
export class WaitingMix {
  readonly #size: number;
  readonly #times = new Map<string, CallTime>();
  readonly #groups: readonly ZonedGroup[];

  /** @param sample some of the calls that wait */
  constructor(campaign: Campaign, sample: readonly QueuedCall[]) {
    const times = new CallTimes(campaign);
    const groups = new CallGroups();
    for (const call of sample) groups.add(this.#remembered(times.of(call)));
    this.#size = sample.length;
    this.#groups = groups.list();
  }

  /** Each call of the sample stands for as many of what is pending. */
  groups(pending: number): ZonedGroup[] {
    return this.#groups.map((group) => ({ ...group, calls: (group.calls * pending) / this.#size }));
  }

  /** Undefined: none of them can be called any more. @param now epoch ms */
  opening(now: number): Opening | undefined {
    let first: Opening | undefined;
    for (const time of this.#times.values()) {
      const at = earliestAt(time, now);
      if (at !== undefined && (first === undefined || at < first.at))
        first = { at, zones: time.zones };
    }
    return first;
  }

  #remembered(time: CallTime): CallTime {
    const { zones, rules, startsAt, expiresAt } = time;
    const key = `${zones.join('&')} ${rules.join('&')} ${startsAt ?? ''} ${expiresAt ?? ''}`;
    const known = this.#times.get(key) ?? { ...time, openSpan: rememberedSpans(time.openSpan) };
    this.#times.set(key, known);
    return known;
  }
}

/** The spans of a zone cost much to find, and a forecast asks for the same at every look. */
function rememberedSpans(openSpan: CallTime['openSpan']): CallTime['openSpan'] {
  const answers: { readonly since: number; readonly span: OpenSpan }[] = [];
  return (atMs) => {
    const known = answers.find(({ since, span }) => since <= atMs && atMs < span.closesAt);
    if (known !== undefined) return known.span;
    const span = openSpan(atMs);
    if (span !== undefined) answers.push({ since: Math.min(atMs, span.opensAt), span });
    return span;
  };
}
