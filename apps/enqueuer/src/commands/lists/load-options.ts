import { Option } from '@commander-js/extra-typings';
import { type ListInput, type ListReading, readingOf } from '@libby-dialer/call-list';
import { type Canary, canaryOf } from '@libby-dialer/dialing';
import { UsageError } from '@libby-dialer/runtime';
import { inOptions } from '../../command-failure.ts';
import { share } from '../../option-values.ts';
import { type Io, warn } from '../../terminal/io.ts';

export interface LoadOptions extends ListReading {
  /** A campaign file, or the id of a stored campaign. */
  readonly campaign: string;
  readonly dryRun?: boolean | undefined;
  readonly limit?: number | undefined;
  /** How many calls go first. */
  readonly canary?: number | undefined;
  /** The share of them that must be accepted for the rest to follow. */
  readonly canaryPass?: number | undefined;
  readonly rejects?: string | undefined;
  readonly anotherList?: boolean | undefined;
  /** Nobody is asked whether the stored campaign is to be changed. */
  readonly yes?: boolean | undefined;
  /** Of a dry run: a CSV of what is foreseen of each row. */
  readonly verdicts?: string | undefined;
  /** Who decides it. */
  readonly by?: string | undefined;
  readonly json?: boolean | undefined;
}

export const canaryPassOption = () =>
  new Option(
    '--canary-pass <share>',
    'with --canary: the rest follows by itself once this share of them is accepted, such as 0.8',
  ).argParser(share);

/** Throws `UsageError`. */
export function canaryAsked({
  canary,
  canaryPass,
}: Pick<LoadOptions, 'canary' | 'canaryPass'>): Canary | undefined {
  if (canary !== undefined) return canaryOf(canary, canaryPass);
  if (canaryPass === undefined) return undefined;
  throw new UsageError('--canary-pass goes with --canary only.');
}

/** What a command reads its list from. */
export function inputOf(io: Io, path: string, reading: ListReading = {}): ListInput {
  const { stdin, signal } = io;
  return {
    path,
    ...readingOf(reading),
    stdin,
    signal,
    warn: (sentence) => warn(io, inOptions(sentence)),
  };
}
