import { isClock } from '@libby-dialer/call-record';
import { type CronExpression, CronExpressionParser } from 'cron-parser';
import { Temporal } from 'temporal-polyfill';

const DAY_MS = 86_400_000;
/** The 29th of February can be eight years away (2096, 2104). */
const HORIZON_MS = 9 * 366 * DAY_MS;
/** A place that changes sides of the date line leaves out a whole day. */
const LONGEST_GAP_MS = DAY_MS;

/** One time that a cron fires. */
export interface CronTime {
  /**
   * What the clock on the wall shows, or would show if it were not put forward: `2026-12-01T18:30`,
   * with seconds unless they are 0.
   */
  readonly local: string;
  /** Epoch ms. */
  readonly dueAt: number;
}

/** The times in a stretch, in the order they are due. */
export interface CronTimes {
  readonly times: readonly CronTime[];
  /**
   * None between is left out up to this instant; earlier than asked for only where there were more
   * than the limit.
   */
  readonly until: number;
}

/** How much of a local time it takes to tell the times of a cron apart. */
export type CronPrecision = 'date' | 'minute' | 'second';

/** A cron or zone that cannot be used. The message is a sentence for the user. */
export class CronError extends Error {
  readonly code = 'cron';
}

/**
 * When a cron fires by the wall clock of a zone.
 *
 * The cron is evaluated on the calendar alone, as if there were no clock changes, and each local
 * time is then mapped to its one instant: a time that the clock skips moves forward by as much as
 * the clock does, of one that comes twice it is the first (RFC 5545, 3.3.5; Temporal calls it
 * `compatible`). So clock changes can neither leave out a time nor double it. Two times may share
 * an instant, and where the clock is put forward a later local time may be due before an earlier
 * one.
 */
export class CronCalendar {
  readonly #cron: CronExpression;
  readonly #zone: string;

  /** Throws `CronError`. */
  constructor(cron: string, zone: string) {
    this.#cron = parseCron(cron);
    if (!isClock(zone)) throw new CronError(`${zone} is no IANA time zone such as America/Denver.`);
    this.#zone = zone;
  }

  /** Whether two of its times can share a date, or even a minute. */
  get precision(): CronPrecision {
    const { hour, minute, second } = this.#cron.fields;
    if (hour.values.length * minute.values.length * second.values.length === 1) return 'date';
    return second.values.every((value) => value === 0) ? 'minute' : 'second';
  }

  /** The times with `after` < instant <= `until`, the first `limit` of them or somewhat more. */
  between(after: number, until: number, limit: number): CronTimes {
    const { least, most } = this.#offsets(after - LONGEST_GAP_MS, until);
    const times: CronTime[] = [];
    let completeUntil = until;
    for (const clock of this.#wallClocks(after + least)) {
      if (clock > until + most) break;
      // Whatever the clock shows from now on is due later than that.
      const dueAfter = clock - most - 1;
      if (times.length >= limit && dueAfter > after) {
        completeUntil = Math.min(until, dueAfter);
        break;
      }
      times.push(this.#at(clock));
    }
    const isAsked = ({ dueAt }: CronTime) => after < dueAt && dueAt <= completeUntil;
    return { times: times.filter(isAsked).toSorted(byInstant), until: completeUntil };
  }

  /**
   * The next times after an instant; fewer than asked for where there are no more within nine
   * years.
   */
  next(after: number, count: number): CronTime[] {
    const found: CronTime[] = [];
    let from = after;
    for (
      let stretchMs = DAY_MS;
      found.length < count && from < after + HORIZON_MS;
      stretchMs *= 2
    ) {
      const { times, until } = this.between(from, from + stretchMs, count);
      found.push(...times);
      from = until;
    }
    return found.slice(0, count);
  }

  /** The times that carry a date (YYYY-MM-DD), in the order of the clock. */
  on(date: string): CronTime[] {
    const midnight = Date.parse(`${date}T00:00:00Z`);
    const times: CronTime[] = [];
    for (const clock of this.#wallClocks(midnight - 1)) {
      if (clock >= midnight + DAY_MS) break;
      times.push(this.#at(clock));
    }
    return times;
  }

  #at(clock: number): CronTime {
    const dateTime = new Date(clock).toISOString().slice(0, 19);
    const { epochMilliseconds } = Temporal.PlainDateTime.from(dateTime).toZonedDateTime(
      this.#zone,
      {
        disambiguation: 'compatible',
      },
    );
    return { local: dateTime.replace(/:00$/, ''), dueAt: epochMilliseconds };
  }

  /** What the clock shows when it fires, after what it shows then: written as if it went by UTC. */
  *#wallClocks(after: number): Generator<number> {
    this.#cron.reset(new Date(after));
    while (this.#cron.hasNext()) yield this.#cron.next().getTime();
  }

  /**
   * By how many ms the wall clock is ahead of UTC at the least and at the most in a stretch of
   * time.
   */
  #offsets(from: number, until: number): { least: number; most: number } {
    let at: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(
      from,
    ).toZonedDateTimeISO(this.#zone);
    const offsets: number[] = [];
    while (at !== null && at.epochMilliseconds <= until) {
      offsets.push(at.offsetNanoseconds / 1e6);
      at = at.getTimeZoneTransition('next');
    }
    return { least: Math.min(...offsets), most: Math.max(...offsets) };
  }
}

function byInstant(one: CronTime, other: CronTime): number {
  return (
    one.dueAt - other.dueAt || Number(one.local > other.local) - Number(one.local < other.local)
  );
}

function parseCron(text: string): CronExpression {
  const cron = text.trim();
  const fields = cron.split(/\s+/).length;
  if (!cron.startsWith('@') && fields !== 5 && fields !== 6) {
    throw new CronError(
      `The cron "${text}" must have five fields, such as "0 18 * * 1-5", or six with seconds first.`,
    );
  }
  // The library draws lots for these anew each time it reads them.
  if (/\bH/.test(cron))
    throw new CronError(`The cron "${text}" holds an H, which stands for no certain time.`);
  let expression: CronExpression;
  try {
    expression = CronExpressionParser.parse(cron, { tz: 'UTC' });
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    throw new CronError(`The cron "${text}" cannot be read: ${why}.`, { cause: error });
  }
  if (!expression.hasNext())
    throw new CronError(`The cron "${text}" names a date that never comes.`);
  return expression;
}
