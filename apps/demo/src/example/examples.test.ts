import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRowChecker, isProblem, openList, readCampaignFile } from '@libby-dialer/call-list';
import { isFictional, parsePhoneNumber } from '@libby-dialer/dialing';
import { describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from '../run-folder.ts';

const example = (name: string) => join(PROJECT_ROOT, 'examples', name);

/**
 * The numbers that would be called and called from, and the codes of the rows that would be
 * rejected.
 */
async function check(listName: string, campaignName: string) {
  const file = await readCampaignFile(example(campaignName));
  if (file === undefined) throw new Error(`there is no ${campaignName}`);
  const list = await openList(example(listName));
  const checker = createRowChecker(file.campaign, { headings: list.csv?.headings });
  const rows = (await Array.fromAsync(list.rows)).flat();
  const verdicts = rows.map((row) => checker.check(row));
  const calls = verdicts.flatMap((verdict) => (isProblem(verdict) ? [] : [verdict.call]));
  const numbers = [
    ...file.campaign.fromPhoneNumber,
    ...calls.flatMap(({ to, from }) => (from === undefined ? [to] : [to, from])),
  ];
  const rejected = verdicts.flatMap((verdict) => (isProblem(verdict) ? [verdict.code] : []));
  return { calls, numbers, rejected, warnings: [...file.warnings, ...checker.warnings] };
}

describe('the examples', () => {
  test('of contacts show each kind of mistake', async () => {
    const { calls, rejected, warnings } = await check('contacts.csv', 'campaign.yaml');
    expect(calls.length + rejected.length).toBe(200);
    expect(new Set(rejected)).toEqual(
      new Set(['invalid_phone', 'missing_phone', 'unsupported_number', 'missing_variable']),
    );
    expect(new Set(calls.map(({ to }) => to)).size).toBe(calls.length - 5);
    expect(warnings).toEqual([]);
  });

  test.each([
    ['contacts.ndjson', 'rained-out.yaml'],
    ['contacts.ndjson', 'outage.yaml'],
    ['contacts.ndjson', 'nightly.yaml'],
    ['contacts.ndjson', 'two-lines.yaml'],
    ['record.json', 'nightly.yaml'],
  ])('%s and %s fit each other', async (list, campaign) => {
    expect(await check(list, campaign)).toMatchObject({ rejected: [], warnings: [] });
  });

  test.each([
    ['contacts.csv', 'campaign.yaml'],
    ['contacts.ndjson', 'nightly.yaml'],
    ['contacts.ndjson', 'two-lines.yaml'],
    ['record.json', 'nightly.yaml'],
  ])('%s and %s hold nobody’s number', async (list, campaign) => {
    const { numbers } = await check(list, campaign);
    expect(numbers.filter((number) => !isFictional(number))).toEqual([]);
  });

  test('of faults are for contacts', async () => {
    const { numbers } = await check('contacts.csv', 'campaign.yaml');
    const faults = JSON.parse(await readFile(example('faults.json'), 'utf8')) as {
      match: { toPhoneNumber: string };
    }[];
    for (const { match } of faults) {
      expect(numbers).toContain(match.toPhoneNumber);
      expect(parsePhoneNumber(match.toPhoneNumber).ok).toBe(true);
    }
  });
});
