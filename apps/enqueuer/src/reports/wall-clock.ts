interface ZoneClock {
  readonly format: Intl.DateTimeFormat;
  /** What it showed last: the rows of a list ask again and again for the same few instants. */
  atMs: number;
  reads: string;
}

const clocks = new Map<string, ZoneClock>();

/** An instant as a clock in that zone shows it: `Tue 2026-12-01 08:00`. */
export function wallClock(epochMs: number, zone: string): string {
  const clock = clockOf(zone);
  if (clock.atMs !== epochMs) {
    clock.reads = readClock(clock.format, epochMs);
    clock.atMs = epochMs;
  }
  return clock.reads;
}

function clockOf(zone: string): ZoneClock {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const clock = { format, atMs: Number.NaN, reads: '' };
  clocks.set(zone, clock);
  return clock;
}

function readClock(format: Intl.DateTimeFormat, epochMs: number): string {
  const parts = new Map(format.formatToParts(epochMs).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  return `${part('weekday')} ${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`;
}

/**
 * The zone of these whose clock is furthest behind: hours that open in all of them open there last.
 */
export function lastToOpen(epochMs: number, zones: readonly string[]): string | undefined {
  const candidates = zones.map((zone) => ({ zone, reads: wallClock(epochMs, zone).slice(4) }));
  return candidates.toSorted((one, other) =>
    one.reads < other.reads ? -1 : Number(one.reads > other.reads),
  )[0]?.zone;
}

/**
 * `Tue 2026-12-01 08:00 America/Denver (15:00 UTC)`, by the clock that opens last; in UTC alone
 * where there is no zone.
 */
export function callTimeText(epochMs: number, zones: readonly string[]): string {
  const zone = lastToOpen(epochMs, zones);
  const utc = wallClock(epochMs, 'UTC');
  if (zone === undefined) return `${utc} UTC`;
  const local = wallClock(epochMs, zone);
  const isSameDay = local.slice(0, 14) === utc.slice(0, 14);
  return `${local} ${zone} (${isSameDay ? utc.slice(15) : utc} UTC)`;
}
