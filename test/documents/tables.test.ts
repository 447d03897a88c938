import { REJECT_CODES } from '@libby-dialer/call-list';
import {
  CAMPAIGN_STATES,
  HOLD_PAUSES,
  OUTCOMES,
  REASONS,
  RETRYABLE_OUTCOMES,
} from '@libby-dialer/dialing';
import { INBOX_REJECT_CODES } from '@libby-dialer/operations';
import { describe, expect, test } from 'vitest';
import { readDocument } from './markdown.ts';

/** What stands in the first column of each table below a heading. */
function tablesUnder(path: string, heading: string): string[][] {
  const [, rest = ''] = readDocument(path).split(new RegExp(`^#+ ${heading}$`, 'm'));
  const [section = ''] = rest.split(/^#/m);
  return [...section.matchAll(/(?:^\|.*\n)+/gm)].map(([table]) =>
    [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name = '']) => name),
  );
}

const tables: readonly [path: string, heading: string, names: readonly string[], index?: number][] =
  [
    ['docs/reference/outcomes-and-reasons.md', 'Outcomes', OUTCOMES],
    ['docs/reference/outcomes-and-reasons.md', 'Reasons', REASONS],
    ['docs/reference/lists-and-rejects.md', 'Codes', REJECT_CODES],
    ['docs/reference/lists-and-rejects.md', 'Codes', INBOX_REJECT_CODES, 1],
    ['docs/guide/steering-a-campaign.md', 'What `status` says', CAMPAIGN_STATES],
  ];

describe('a table written by hand', () => {
  test.for(tables)(
    'in %s, under %s, has every name there is',
    ([path, heading, names, index = 0]) => {
      expect(tablesUnder(path, heading)[index]?.toSorted()).toEqual(names.toSorted());
    },
  );

  test('says what to do about every outcome that asks for something', () => {
    const [, whatToDo = []] = tablesUnder('docs/reference/outcomes-and-reasons.md', 'Outcomes');
    expect(OUTCOMES).toEqual(expect.arrayContaining(whatToDo));
    expect(whatToDo).toEqual(expect.arrayContaining([...RETRYABLE_OUTCOMES, 'unknown']));
  });
});

test('the page for when dialing stops has a heading for every reason to hold', () => {
  const page = readDocument('docs/operate/when-dialing-stops.md');
  const headings = [...page.matchAll(/^#+ `?(\w+)`?$/gm)].map(([, name]) => name);
  expect(headings).toEqual(expect.arrayContaining(Object.keys(HOLD_PAUSES)));
});
