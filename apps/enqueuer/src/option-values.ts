import { InvalidArgumentError } from '@commander-js/extra-typings';

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A duration as people write it, `90s`, `30m`, `2h`, `1d` or `0`, in ms. */
export function duration(text: string): number {
  if (text === '0') return 0;
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * (UNITS_MS[unit] ?? 0);
  throw new InvalidArgumentError('It must be a duration such as 90s, 30m, 2h or 1d.');
}

/** A date or a time, or how long ago: `2026-12-01`, `2026-12-01T18:00Z`, `2h`; epoch ms. */
export function momentBefore(text: string): number {
  if (/^\d{1,6}[smhd]$/.test(text)) return Date.now() - duration(text);
  const at = /^\d{4}-\d{2}-\d{2}(T|$)/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new InvalidArgumentError(
    'It must be a date such as 2026-12-01, a time such as 2026-12-01T18:00Z, or a duration such as 2h.',
  );
}

export function positiveDuration(text: string): number {
  const ms = duration(text);
  if (ms === 0) throw new InvalidArgumentError('It must be more than nothing.');
  return ms;
}

/** @param digits more than that is a slip of the hand */
export function wholeNumber(digits: number): (text: string) => number {
  return (text) => {
    if (/^[1-9]\d*$/.test(text) && text.length <= digits) return Number(text);
    throw new InvalidArgumentError('It must be a whole number from 1.');
  };
}

/** A share, such as 0.8. */
export function share(text: string): number {
  const number = /^\d?\.?\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (number > 0 && number <= 1) return number;
  throw new InvalidArgumentError('It must be a share such as 0.8, above 0 and at most 1.');
}

export function wholeNumberUpTo(most: number): (text: string) => number {
  return (text) => {
    const number = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Number.NaN;
    if (number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
  };
}
