import { isClock } from '@libby-dialer/call-record';
import type { QueuedCall } from '../calls/queued-call.ts';
import type { Campaign } from '../campaigns/campaign.ts';
import { recipientZones, type ZoneSource } from '../zones/call-zones.ts';
import { isWithin, type Region, regionsOf } from '../zones/region.ts';
import { DAY_MS, HORIZON_MS, type HoursInZones, type OpenSpan, openSpan } from './open-span.ts';
import { type FrequencyCap, REGIONAL_RULES, type RegionalRule } from './regional-rules.ts';

/** When and how often one person may be called for a campaign, and where that comes from. */
export interface CallRules {
  /** By whose clocks the hours are judged, all of them at once. */
  readonly zones: readonly string[];
  readonly source: ZoneSource;
  /** Where the number belongs, whether or not a rule holds there. */
  readonly regions: readonly Region[];
  /** What holds there beside the campaign's own window. */
  readonly regional: readonly RegionalRule[];
  /**
   * The campaign's own cap and the regions', each of which must be kept; those that another one
   * implies are left out.
   */
  readonly caps: readonly FrequencyCap[];
  /**
   * False: there are hours to keep, and nothing tells by which clock. Such a person cannot be
   * called.
   */
  readonly hoursKnown: boolean;
}

/** How far ahead `neverOpens` looks: once through summer and winter time. */
const YEAR_MS = 366 * DAY_MS;

/** More than the data and the tz database know together; a limit all the same. */
const MAX_RULES = 2_000;
/** "None within 15 days" is asked again so often. */
const NO_SPAN_TTL_MS = 3_600_000;

/** An answer of `openSpan`, good for `since` <= instant < `until`. */
interface Answer {
  readonly span: OpenSpan | undefined;
  readonly since: number;
  readonly until: number;
}

export type HoursOfCampaign = Pick<Campaign, 'callingWindow' | 'timezone' | 'frequencyCap'>;

/**
 * When one campaign's recipients may be called. The strictest wins: a call must be within the
 * campaign's window and within the hours of every region that its number belongs to.
 *
 * `callingWindow: anytime` is the campaign's own statement that its calls are no telephone
 * solicitations: then it has no hours, and no region's rules concern it. Its own frequency cap
 * holds all the same.
 *
 * Asked before every call, it computes about twice a day for those with the same zones and regions.
 */
export class RecipientHours {
  readonly #campaign: HoursOfCampaign;
  readonly #regionalRules: readonly RegionalRule[];
  readonly #rules = new Map<string, CallRules>();
  readonly #answers = new WeakMap<CallRules, Answer>();
  #campaignAnswer: Answer | undefined;
  readonly #hopeless = new WeakMap<CallRules, Pick<Answer, 'since' | 'until'>>();

  constructor(campaign: HoursOfCampaign, regionalRules: readonly RegionalRule[] = REGIONAL_RULES) {
    this.#campaign = campaign;
    this.#regionalRules = regionalRules;
  }

  /** The same object for all with the same zones and regions, as long as they are remembered. */
  rulesFor(call: Pick<QueuedCall, 'to' | 'timezone'>): CallRules {
    const { zones, source } = recipientZones(this.#campaign, call);
    const regions = regionsOf(call.to);
    const key = `${source} ${zones.join('&')} ${regions.join('&')}`;
    const known = this.#rules.get(key);
    if (known !== undefined) return known;
    const rules = this.#rulesOf(zones, source, regions);
    if (this.#rules.size >= MAX_RULES) this.#rules.clear();
    this.#rules.set(key, rules);
    return rules;
  }

  /**
   * The span that holds `atMs`, or else the next one, in which a call by these rules may be placed;
   * `undefined` if none begins within 15 days (hours that never meet), or if it cannot be known:
   * nobody's hours are not everybody's.
   */
  openSpan(rules: CallRules, atMs: number): OpenSpan | undefined {
    if (!rules.hoursKnown) return undefined;
    const known = this.#answers.get(rules);
    if (known !== undefined && known.since <= atMs && atMs < known.until) return known.span;
    const answer = answerAt(this.#hoursOf(rules), atMs);
    this.#answers.set(rules, answer);
    return answer.span;
  }

  /**
   * As `openSpan`, for the campaign as a whole: its window, where that is the same for everybody;
   * else always open.
   */
  campaignSpan(atMs: number): OpenSpan | undefined {
    const known = this.#campaignAnswer;
    if (known !== undefined && known.since <= atMs && atMs < known.until) return known.span;
    const hours = this.#fixedHours();
    const isTold = hours.every(({ zones }) => zones.every(isClock));
    this.#campaignAnswer = isTold ? answerAt(hours, atMs) : noSpan(atMs);
    return this.#campaignAnswer.span;
  }

  /**
   * Whether no call by these rules can be placed at `fromMs` <= instant < `untilMs`, as far as a
   * year ahead shows.
   */
  neverOpens(rules: CallRules, fromMs: number, untilMs: number): boolean {
    const span = this.openSpan(rules, fromMs) ?? this.#laterSpan(rules, fromMs, untilMs);
    return span === undefined || Math.max(span.opensAt, fromMs) >= untilMs;
  }

  /**
   * After 15 days without: hours of different zones may come to meet when one of them changes its
   * clock.
   */
  #laterSpan(rules: CallRules, fromMs: number, untilMs: number): OpenSpan | undefined {
    const hopeless = this.#hopeless.get(rules);
    if (
      !rules.hoursKnown ||
      (hopeless !== undefined &&
        hopeless.since <= fromMs &&
        fromMs < hopeless.since + DAY_MS &&
        untilMs <= hopeless.until)
    ) {
      return undefined;
    }
    const end = Math.min(untilMs, fromMs + YEAR_MS);
    for (let at = fromMs + HORIZON_MS; at < end; at += HORIZON_MS) {
      const span = openSpan(this.#hoursOf(rules), at);
      if (span !== undefined) return span;
    }
    this.#hopeless.set(rules, { since: fromMs, until: untilMs });
    return undefined;
  }

  #rulesOf(zones: readonly string[], source: ZoneSource, regions: readonly Region[]): CallRules {
    const { callingWindow, frequencyCap } = this.#campaign;
    const regional =
      callingWindow === 'anytime'
        ? []
        : this.#regionalRules.filter(({ region }) => regions.some((one) => isWithin(one, region)));
    const caps = [frequencyCap, ...regional.map(({ cap }) => cap)].filter(
      (cap) => cap !== undefined,
    );
    const asksForClock =
      (callingWindow !== 'anytime' && callingWindow.timezone === 'recipient') ||
      regional.some(({ hours }) => hours !== undefined);
    const isFixed = callingWindow !== 'anytime' && !asksForClock;
    return Object.freeze({
      zones: isFixed ? [callingWindow.timezone] : zones,
      source: isFixed ? 'campaign_window' : source,
      regions,
      regional,
      caps: withoutImplied(caps),
      hoursKnown: asksForClock ? zones.length > 0 : !isFixed || isClock(callingWindow.timezone),
    });
  }

  #hoursOf({ zones, regional }: CallRules): HoursInZones[] {
    const { callingWindow } = this.#campaign;
    const regionalHours = regional.flatMap(({ hours }) =>
      hours === undefined ? [] : [{ hours, zones }],
    );
    if (callingWindow === 'anytime' || callingWindow.timezone !== 'recipient') {
      return [...this.#fixedHours(), ...regionalHours];
    }
    return [{ hours: [callingWindow], zones }, ...regionalHours];
  }

  #fixedHours(): HoursInZones[] {
    const { callingWindow } = this.#campaign;
    if (callingWindow === 'anytime' || callingWindow.timezone === 'recipient') return [];
    return [{ hours: [callingWindow], zones: [callingWindow.timezone] }];
  }
}

function answerAt(hours: readonly HoursInZones[], atMs: number): Answer {
  const span = openSpan(hours, atMs);
  if (span === undefined) return noSpan(atMs);
  return { span, since: Math.min(span.opensAt, atMs), until: span.closesAt };
}

function noSpan(atMs: number): Answer {
  return { span: undefined, since: atMs, until: atMs + NO_SPAN_TTL_MS };
}

/** Fewer or as many calls in as long a time or longer make another cap say nothing. */
function withoutImplied(caps: readonly FrequencyCap[]): FrequencyCap[] {
  return caps.filter(
    (cap, index) =>
      !caps.some((other, otherIndex) => {
        const implies = other.calls <= cap.calls && other.hours >= cap.hours;
        const isSame = other.calls === cap.calls && other.hours === cap.hours;
        return implies && (isSame ? otherIndex < index : true);
      }),
  );
}
