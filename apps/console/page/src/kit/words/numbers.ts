const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat('en-US', {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

const PACE = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** 12,180 */
export function formatCount(count: number): string {
  return WHOLE.format(count);
}

/** "1 call", "12,180 calls" */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** "all 12,180", and of a single one "1". */
export function allOf(count: number): string {
  return count > 1 ? `all ${formatCount(count)}` : formatCount(count);
}

/** 4.9, and 120 where tenths say nothing. */
export function formatRate(perSecond: number | null): string {
  if (perSecond === null) return '–';
  return perSecond >= 100 ? WHOLE.format(perSecond) : TENTHS.format(perSecond);
}

/** A pace as it was set: 10, 0.5. */
export function formatPace(perSecond: number): string {
  return PACE.format(perSecond);
}

/** 61 %, never 100 % as long as something is missing, never 0 % once there is something. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (part / whole) * 100;
  if (part > 0 && percent < 1) return '< 1 %';
  if (part < whole && percent > 99) return '> 99 %';
  return `${Math.round(percent)} %`;
}
