import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { listAudit } from '../audit/list-audit.ts';
import { controlCampaigns } from '../campaigns/control-campaigns.ts';
import { eachTest, phone, type TestBench } from '../testing/test-bench.ts';
import { checkedNumberToCsv, checkNumberList } from './check-number-list.ts';
import {
  areSuppressed,
  doNotCallStatus,
  latestDoNotCallChange,
  suppressNumbers,
  unsuppressNumbers,
} from './do-not-call.ts';
import { doNotCallChanges } from './do-not-call-changes.ts';
import { erasePerson, surveyPerson } from './erase-person.ts';
import { importNumbers } from './import-numbers.ts';
import { readCountry, readNumber } from './read-number.ts';

const { signal } = new AbortController();
const [ada, bob, cy] = [phone(0), phone(1), phone(2)];

let bench: TestBench;
eachTest((each) => {
  bench = each;
});

test('people are put on the do-not-call list and taken off it', async () => {
  expect(await suppressNumbers(bench.context, [ada, bob])).toBe(2);
  expect(await suppressNumbers(bench.context, [ada])).toBe(0);
  expect(await unsuppressNumbers(bench.context, [bob, cy])).toBe(1);
  expect(await areSuppressed(bench.context, [ada, bob])).toEqual([true, false]);
  expect(await doNotCallStatus(bench.context)).toEqual({ numbers: 1, version: 2 });
  const bobs = { action: 'removed', by: 'Ada', at: expect.any(Number) };
  expect(await latestDoNotCallChange(bench.context, bob)).toEqual(bobs);
  expect(await latestDoNotCallChange(bench.context, phone(9))).toBeUndefined();
});

test('an import keeps how far it got', async () => {
  const path = await bench.list('register.csv', 3);
  const imported = await importNumbers(bench.context, {
    path,
    stdin: Readable.from([]),
    signal,
    warn: () => {},
  });
  expect(imported).toMatchObject({ counts: { rows: 3, added: 3 }, rejectsFile: undefined });
  expect(await bench.decisions()).toMatchObject([
    { action: 'do_not_call.import', details: { list: path }, end: { effect: { added: 3 } } },
  ]);
});

test('it is told from where numbers came on the list, a page at a time, and none of them', async () => {
  const path = await bench.list('register.csv', 3);
  const input = { path, stdin: Readable.from([]), signal, warn: () => {} };
  await importNumbers(bench.context, input);
  await suppressNumbers(bench.context, [ada, phone(7)]);
  await bench.put('spring');
  await controlCampaigns(bench.context, 'pause', 'spring', { signal });
  await unsuppressNumbers(bench.context, [phone(7)]);
  const page = await doNotCallChanges(bench.context, { limit: 2 });
  expect(page.changes).toMatchObject([
    { action: 'removed', by: 'Ada', given: 1, changed: 1 },
    { action: 'added', given: 2, changed: 1 },
  ]);
  const { changes } = await doNotCallChanges(bench.context, { limit: 2, cursor: page.cursor });
  expect(changes).toMatchObject([{ action: 'imported', list: path, given: 3, changed: 3 }]);
  expect(JSON.stringify([page, changes])).not.toContain(ada.slice(2));
});

test('each row of a list of numbers is looked up, and nothing is changed', async () => {
  await suppressNumbers(bench.context, [bob]);
  const content = `Name,Phone\nAda,${ada}\nBob,${bob}\nCy,nonsense\n`;
  const lines: string[] = [];
  const check = async (request: { column?: string; signal?: AbortSignal }) =>
    await checkNumberList(bench.context, {
      path: await bench.file('people.csv', content),
      stdin: Readable.from([]),
      signal,
      warn: () => {},
      told: async (rows) => void lines.push(...rows.map((row) => checkedNumberToCsv(row))),
      ...request,
    });
  expect(await check({})).toEqual({ rows: 3, listed: 1, notListed: 1, rejected: 1 });
  expect(lines.map((line) => line.split(',').slice(0, 3))).toEqual([
    ['2', ada, 'not_listed'],
    ['3', bob, 'listed'],
    ['4', '', 'invalid_phone'],
  ]);
  await expect(check({ column: 'Mobile' })).rejects.toMatchObject({ code: 'list_unknown_column' });
  const aborted = AbortSignal.abort(new Error('stopped'));
  await expect(check({ signal: aborted })).rejects.toThrow('stopped');
  expect(await doNotCallStatus(bench.context)).toEqual({ numbers: 1, version: 1 });
});

test('what was decided on a person is found by the number, which the audit does not have', async () => {
  await suppressNumbers(bench.context, [ada, bob]);
  await erasePerson(bench.context, ada, signal);
  const { entries } = await listAudit(bench.context, { number: ada, limit: 10 });
  expect(entries.map(({ action }) => action)).toEqual(['person.erase', 'do_not_call.add']);
  expect(JSON.stringify(entries)).not.toContain(ada.slice(2));
  expect((await listAudit(bench.context, { number: cy, limit: 10 })).entries).toEqual([]);
});

test('a person is erased, but not while a call to them is in flight', async () => {
  await bench.load(await bench.list('list.csv', 1), await bench.put('spring'));
  const [callId = ''] = await bench.queued('spring');
  await bench.claim('spring', callId);
  const inFlight = { code: 'in_flight', kind: 'conflict' };
  await expect(surveyPerson(bench.context, ada, signal)).rejects.toMatchObject(inFlight);
  await expect(erasePerson(bench.context, ada, signal)).rejects.toMatchObject(inFlight);
  await bench.settle('spring', callId, 'accepted', { toPhoneNumber: ada });
  expect(await surveyPerson(bench.context, ada, signal)).toMatchObject({ calls: 1, open: 0 });
  const erased = await erasePerson(bench.context, ada, signal);
  expect(erased).toMatchObject({ calls: 1, results: 1, isSuppressed: false });
  const ends = (await bench.decisions('person.erase')).map(({ end }) => end?.failure);
  expect(ends).toEqual(['in_flight', undefined]);
});

test('numbers and countries are refused by what they lack, and by no option', () => {
  expect(readNumber('5055550123', {})).toMatchObject({
    code: 'not_e164',
    reason: expect.stringContaining('say in which country it is dialed'),
  });
  expect(readCountry('us')).toBe('US');
  expect(() => readCountry('XX')).toThrow(
    expect.objectContaining({ code: 'country', kind: 'invalid' }),
  );
});
