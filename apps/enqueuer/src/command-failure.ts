import { type DialerError, exitCodeOf } from '@libby-dialer/runtime';

const BAD_USAGE = 2;

/** To a command line these are bad usage: it names what is not there, or lacks an option. */
const BAD_USAGE_HERE: ReadonlySet<string> = new Set([
  'no_such_campaign',
  'no_such_schedule',
  'no_such_run',
  'no_such_access',
  'list_not_found',
  'another_list',
  'campaign_changed',
  'dedupe_by',
]);

/** What a command ends with that has failed so. */
export function exitCodeFor(error: DialerError): number {
  return BAD_USAGE_HERE.has(error.code) ? BAD_USAGE : exitCodeOf(error);
}

type Wording = (sentence: string, about: DialerError['about']) => string;

/** Operations know no commands: what to do by them is said here, by the code of the error. */
const WORDINGS: Readonly<Record<string, Wording>> = {
  no_such_campaign: ending('"enqueuer campaign list" shows those there are'),
  no_such_schedule: ending('"enqueuer schedule list" shows those there are'),
  no_such_job: ending('see "enqueuer set-aside list"'),
  no_such_call: ending('see "enqueuer in-doubt list"'),
  no_such_forwarder: ending('see "enqueuer forward list"'),
  no_such_hold: ending('see "enqueuer hold list"'),
  no_such_access: ending('see "enqueuer access list"'),
  invalid_access: instead(
    'Say for which campaigns push is',
    () => 'With --role push give --campaign',
  ),
  no_such_run: instead('name another date', () => 'name another with --date'),
  which_run: instead('name one', () => 'name one with --date'),
  bad_date: (sentence) => `--date: ${sentence}`,
  country: (sentence) => `--country: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`,
  number: instead('say in which country', () => 'say with --country where'),
  another_list: (sentence) => `${sentence} If that is meant, give --another-list.`,
  campaign_changed: instead(
    /the list can be .*(?=\.)/,
    ({ campaign }) => `"--campaign ${campaign}" loads the list with the campaign as it is stored`,
  ),
  campaign_canceled: instead('resume it', resume),
  canceled: instead('resume it', resume),
  campaign_expired: instead(' first.', () => ' with "enqueuer campaign put" first.'),
  unfinished: instead('wait until it is', ({ campaign }) => `see "enqueuer status ${campaign}"`),
  in_doubt: instead(
    'resolve them first',
    ({ campaign }) =>
      `resolve them ("enqueuer in-doubt list ${campaign}"), or use --with-doubts: they then stay in doubt for ever`,
  ),
  not_exported: instead('export them', ({ campaign }) => `"enqueuer results ${campaign} -o FILE"`),
  results_removed: instead(
    'give those that were exported before',
    () => 'give the file that they were exported to, with --results',
  ),
  list_rejects_path: instead('name another', () => 'name another with --rejects'),
  list_no_phone_column: (sentence) =>
    sentence
      .replace('name the one that does', 'name it with --column')
      .replace('name their row', 'name their row with --header-row'),
  list_ambiguous_column: instead(
    'import one at a time',
    () => 'import one at a time, named with --column',
  ),
  list_which_sheet: instead('name one of', () => 'say --sheet with one of'),
  list_header_row: (sentence) =>
    inOptions(sentence).replace('name the row that does', 'name the row that does by --header-row'),
  list_bad_encoding: inOptions,
  list_binary: inOptions,
};

/** How a list is to be read, in terms of this command line. */
export function inOptions(sentence: string): string {
  return sentence
    .replace('say header row', 'say --header-row')
    .replace('say encoding', 'say --encoding')
    .replace('say their encoding', 'say their --encoding');
}

/** The error's sentence, in terms of this command line. */
export function failureText({ code, message, about }: DialerError): string {
  return WORDINGS[code]?.(message, about) ?? message;
}

function ending(text: string): Wording {
  return (sentence) => sentence.replace(/\.$/, `; ${text}.`);
}

function instead(words: string | RegExp, by: (about: DialerError['about']) => string): Wording {
  return (sentence, about) => sentence.replace(words, () => by(about));
}

function resume({ campaign }: DialerError['about']): string {
  return `"enqueuer resume ${campaign}"`;
}
