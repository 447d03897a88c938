import type { UnderstoodListJson } from '@libby-dialer/http-api';
import type { CampaignFile } from '../../campaigns/campaign-file.ts';

export type UnderstoodColumn = UnderstoodListJson['columns'][number];
type Columns = NonNullable<CampaignFile['columns']>;
type Field = keyof Columns;

/** `further`: one more phone, for rows whose others cannot be called. */
export type Meaning = Field | 'further' | 'formInfo';

const FIELD_WORDS: Readonly<Record<Field, string>> = {
  toPhoneNumber: 'the phone to call',
  name: 'the name',
  externalId: 'an id of your own',
  country: 'the country of the number',
  doNotCall: 'who has opted out',
  timezone: 'the time zone',
  startsAt: 'not to be called before',
  expiresAt: 'not to be called after',
  fromPhoneNumber: 'the line to call from',
  introNotes: 'notes for the opening',
  introMessage: 'the opening, word for word',
  introVoicemail: 'the voicemail',
  customQuestions: 'questions',
  customRules: 'rules',
};
const FIELDS = Object.keys(FIELD_WORDS) as readonly Field[];

export const MEANINGS: readonly Meaning[] = [
  'formInfo',
  'toPhoneNumber',
  'further',
  ...FIELDS.filter((field) => field !== 'toPhoneNumber'),
];

/** In a choice for one column. */
export function meaningWords(meaning: Meaning, { choice }: UnderstoodColumn): string {
  if (meaning === 'formInfo') return 'goes along with the call';
  if (meaning === 'further')
    return choice !== null && choice > 1 ? `the phone, choice ${choice}` : 'a further phone';
  if (meaning === 'toPhoneNumber' && choice === 1) return 'the phone, first choice';
  return FIELD_WORDS[meaning];
}

/** A field of a call as the page calls it. */
export function fieldWords(name: string): string {
  return FIELDS.some((field) => field === name) ? FIELD_WORDS[name as Field] : name;
}

/** What it is taken for; undefined: it is left out. */
export function meaningOf({ uses, choice }: UnderstoodColumn): Meaning | undefined {
  if (choice !== null && choice > 1) return 'further';
  const field = FIELDS.find((each) => uses.some((use) => use === each));
  return field ?? (uses.length === 0 ? undefined : 'formInfo');
}

const OTHER_USES: Readonly<Record<string, string>> = {
  skipWhere: 'decides which rows are left out',
  onlyWhere: 'decides which rows are called',
  extension: 'an extension cannot be dialed: such rows are left out',
};

/** What else a column is read for, beside that. */
export function otherUses({ uses }: UnderstoodColumn): string[] {
  return uses.flatMap((use) => OTHER_USES[use] ?? []);
}

/**
 * The columns of a campaign once one of the list is taken for something else. What its heading
 * would be taken for by itself is said to be nowhere.
 * @param all those of the list, as they were understood
 */
export function withMeaning(
  columns: Columns,
  all: readonly UnderstoodColumn[],
  { heading, ...column }: UnderstoodColumn,
  meaning: Meaning,
): Columns {
  const before = meaningOf({ heading, ...column });
  const phones = phonesOf(all).filter((phone) => phone !== heading);
  const next = { ...columns };
  if (before === 'toPhoneNumber' || before === 'further') next.toPhoneNumber = phoneColumns(phones);
  else if (before !== undefined && before !== 'formInfo') next[before] = null;
  if (meaning === 'further') next.toPhoneNumber = phoneColumns([...phones, heading]);
  else if (meaning !== 'formInfo') next[meaning] = heading;
  return next;
}

/** The headings of those that hold phones, the first choice first. */
function phonesOf(all: readonly UnderstoodColumn[]): string[] {
  return all
    .filter(({ uses }) => uses.includes('toPhoneNumber'))
    .toSorted((one, other) => (one.choice ?? 0) - (other.choice ?? 0))
    .map(({ heading }) => heading);
}

function phoneColumns([first, ...further]: readonly string[]): string | string[] | null {
  if (first === undefined) return null;
  return further.length === 0 ? first : [first, ...further];
}
