/** How much of it there is. */
export interface Plan {
  readonly seed: number;
  readonly nights: number;
  /** Over all producers. */
  readonly entries: number;
  readonly producers: number;
  readonly daemons: number;
  readonly workers: number;
}

export const PREFIX = '{nights}';
export const LINE = '+15055550100';
/** What entries of the inbox are for, and what each night is made from. */
export const INBOX_CAMPAIGN = 'orders';
export const SCHEDULE = 'nightly';
export const CRON = '0 18 * * *';
/** A zone whose clock changes twice a year: over 200 nights at least once. */
export const TIMEZONE = 'America/Denver';
export const ROWS_OF_A_NIGHT = 3;

/** How long a night takes here, unless its run takes longer. */
const NIGHT_MS = 3000;
const DAY_MS = 86_400_000;

/** How many times faster than ours the daemons' calendar runs. */
export const HASTE = DAY_MS / NIGHT_MS;

/** The nights' dates: from some days ahead on, for a schedule has no runs before it was added. */
export class Almanac {
  readonly #midnight: number;

  /** @param today epoch ms */
  constructor(today: number) {
    this.#midnight = Math.ceil(today / DAY_MS + DAYS_AHEAD) * DAY_MS;
  }

  /**
   * What the calendar shows when it begins to run: around noon in Denver, hours before the first
   * night's run.
   */
  get beginsAt(): number {
    return this.#midnight + (19 / 24) * DAY_MS;
  }

  /** By then the run of a night, from 0, has ended. */
  endOf(night: number): number {
    return this.beginsAt + (night + 1) * DAY_MS;
  }

  /** The date of a night, from 0. */
  dateOf(night: number): string {
    return new Date(this.#midnight + night * DAY_MS).toISOString().slice(0, 10);
  }
}

const DAYS_AHEAD = 3;

/** Nights whose list never comes: their runs must be reported, and nobody called. */
export function isListMissing(night: number): boolean {
  return night % 13 === 2;
}

/** What a call is known by, wherever it is seen: the script asks about it. */
export function keyOfRow(night: number, row: number): string {
  return `night-${night}-${row}`;
}

export function keyOfEntry(index: number): string {
  return `order-${index}`;
}

/** Entries that can not be called. */
export function isBad(index: number): boolean {
  return index % 50 === 7;
}

/** Entries that are pushed by two producers. */
export function isPushedTwice(index: number): boolean {
  return index % 20 === 3;
}

/** The key in a request, by what the script asks about. */
export function keyIn(payload: unknown): string | undefined {
  return /about ((?:night|order)-[\d-]+)/.exec(JSON.stringify(payload))?.[1];
}

/**
 * One of eight thousand numbers of a fictional exchange, none of them a service (555-1212); a
 * person may well have several orders.
 */
export function numberOf(index: number): string {
  return `+1505555${2000 + (index % 8000)}`;
}
