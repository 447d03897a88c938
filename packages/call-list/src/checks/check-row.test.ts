import { type Campaign, parseCampaign, payloadFor } from '@libby-dialer/dialing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvRows } from '../formats/csv-rows.ts';
import { NdjsonRows } from '../formats/ndjson-rows.ts';
import type { ListRow } from '../list-row.ts';
import { isProblem, RecordChecker, type RowVerdict } from './check-record.ts';
import { createRowChecker } from './check-row.ts';
import { RowConditions } from './row-conditions.ts';

function campaignOf(fields: Record<string, unknown> = {}): Campaign {
  const verdict = parseCampaign({
    id: 'c',
    fromPhoneNumber: '+15055550100',
    callingWindow: 'anytime',
    ...fields,
  });
  if (!verdict.ok) throw new Error(verdict.problems.join());
  return verdict.campaign;
}

function checkCsv(text: string, fields?: Record<string, unknown>): RowVerdict[] {
  const reader = new CsvRows(',');
  const [headings, ...rows] = [...reader.push(text), ...reader.end()];
  const checker = createRowChecker(campaignOf(fields), {
    headings: headings?.cells,
    dedupeHash: 'hash',
  });
  return rows.map((row) => checker.check(row));
}

function checkJson(records: unknown[], fields?: Record<string, unknown>): RowVerdict[] {
  const reader = new NdjsonRows();
  const rows: ListRow[] = reader.push(
    records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  );
  const checker = createRowChecker(campaignOf(fields), { dedupeHash: 'hash' });
  return rows.map((row) => checker.check(row));
}

function codeOf(verdict: RowVerdict | undefined): string | undefined {
  return verdict !== undefined && isProblem(verdict) ? verdict.code : undefined;
}

function namesOf(verdicts: readonly RowVerdict[]): (string | false)[] {
  return verdicts.map((verdict) => 'call' in verdict && verdict.call.name);
}

const RECIPIENT_HOURS = { callingWindow: { from: '08:00', to: '21:00' } };

describe('rows that a campaign leaves out', () => {
  const optedOut = { skipWhere: { 'Opt-Out?': ['y', 'Yes', true, 1] } };

  it('are skipped whatever the case of the cell and the blanks around it', () => {
    const rows = ['YES ', ' y', 'TRUE', '1', 'no', '', 'yes please'];
    const text = `Name,Phone,opt-out?\n${rows.map((cell) => `Ann,+15055550123,${cell}\n`).join('')}`;
    const skipped = Array.from({ length: 4 }, () => 'skipped');
    expect(checkCsv(text, optedOut).map(codeOf)).toEqual([
      ...skipped,
      undefined,
      undefined,
      'do_not_call',
    ]);
  });

  it('are skipped whatever else is wrong with them, and are no short rows', () => {
    const [row] = checkCsv('Name,Phone,Opt-Out?\n,no number,y\n', optedOut);
    expect(row).toEqual({
      code: 'skipped',
      reason: 'The campaign skips rows with this under "Opt-Out?".',
    });
    const short = checkCsv('Name,Phone,Opt-Out?\nAnn,+15055550123\n', optedOut);
    expect(short.map(codeOf)).toEqual(['too_few_cells']);
  });

  it('are all but those that onlyWhere names', () => {
    const text = 'Name,Phone,Status\nAnn,+15055550123,New\nBob,+15055550124,\n';
    const verdicts = checkCsv(text, { onlyWhere: { status: ['new'] } });
    expect(verdicts.map(codeOf)).toEqual([undefined, 'skipped']);
    expect(checkCsv(text, { skipWhere: { Status: [''] } }).map(codeOf)).toEqual([
      undefined,
      'skipped',
    ]);
  });

  it('are records too; of one that has no such entry nobody knows whether it is one', () => {
    const record = { name: 'Ann', toPhoneNumber: '+15055550123' };
    const records = [
      { ...record, formInfo: [{ 'Opt-out?': true }] },
      { ...record, formInfo: [{ 'Opt-Out?': null, City: 'Taos' }] },
      record,
    ];
    const [yes, no, unknown] = checkJson(records, optedOut);
    expect([codeOf(yes), codeOf(unknown)]).toEqual(['skipped', 'invalid_field']);
    expect(no).toMatchObject({ call: { form: [['City', 'Taos']] } });
    const external = { ...optedOut, skipWhere: { externalId: ['a'] } };
    expect(checkJson([record, { ...record, externalId: 'A' }], external).map(codeOf)).toEqual([
      undefined,
      'skipped',
    ]);
  });

  it('are skipped by what stands there alone, whatever stands there', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string(), { minLength: 1 }), (cell, values) => {
        const [skip, only] = ['skipWhere', 'onlyWhere'].map((rule) =>
          new RowConditions(campaignOf({ [rule]: { x: values } })).cellsProblem([cell], [0]),
        );
        expect(skip === undefined).toBe(only !== undefined);
        expect((skip ?? only)?.code).toBe('skipped');
      }),
    );
  });
});

describe('createRowChecker', () => {
  it('makes a queued call of a CSV row: fields trimmed, the rest as form values in column order', () => {
    const text =
      'Event type,Name,Phone,Empty,externalId,City\n Wedding , Ann ,(505) 555-0123,,c-1,Springfield\n';
    const [verdict] = checkCsv(text, { defaultCountry: 'US' });
    expect(verdict).toEqual({
      dedupeKey: 'phone:+15055550123',
      call: {
        to: '+15055550123',
        name: 'Ann',
        row: 1,
        sheetRow: 2,
        externalId: 'c-1',
        headings: expect.stringMatching(/^[\w-]{12}$/) as string,
        form: ['Wedding', '', 'Springfield'],
      },
    });
  });

  it('reads every field of a CSV row; an empty cell sets nothing', () => {
    const text = [
      'phone,name,fromPhoneNumber,timezone,startsAt,expiresAt,introNotes,introMessage,introVoicemail,customQuestions,customRules',
      '+15055550123,Ann,+15055550101,America/Denver,2026-12-01T16:00:00Z,2026-12-01T18:00:00+01:00,n,m,v,a? | b?||,r',
      '+15055550124,Bob,,,,,,,,,',
    ].join('\n');
    expect(checkCsv(text)).toMatchObject([
      {
        call: {
          from: '+15055550101',
          timezone: 'America/Denver',
          startsAt: Date.UTC(2026, 11, 1, 16),
          expiresAt: Date.UTC(2026, 11, 1, 17),
          introNotes: 'n',
          introMessage: 'm',
          introVoicemail: 'v',
          customQuestions: ['a?', 'b?'],
          customRules: ['r'],
        },
      },
      { call: { to: '+15055550124', name: 'Bob', row: 2 } },
    ]);
    expect(Object.keys((checkCsv(text)[1] as { call: object }).call)).toEqual([
      'to',
      'name',
      'row',
      'sheetRow',
      'headings',
    ]);
  });

  it('makes a queued call of a JSON record', () => {
    const record = {
      name: 'Ann',
      toPhoneNumber: '+15055550123',
      formInfo: [{ a: 'x', b: 1 }],
      customRules: [],
      introNotes: '',
    };
    expect(checkJson([record])).toEqual([
      {
        dedupeKey: 'phone:+15055550123',
        call: {
          to: '+15055550123',
          name: 'Ann',
          row: 1,
          line: 1,
          form: [
            ['a', 'x'],
            ['b', '1'],
          ],
          customRules: [],
          introNotes: '',
        },
      },
    ]);
  });

  it('joins first and last name, and gives the campaign its default name', () => {
    const text =
      'phone,First name,Last name\n+15055550123,Ann,Lee\n+15055550123, ,Lee\n+15055550123,,\n';
    expect(namesOf(checkCsv(text, { defaultName: 'there' }))).toEqual(['Ann Lee', 'Lee', 'there']);
    expect(namesOf(checkCsv('phone\n+15055550123', { defaultName: 'there' }))).toEqual(['there']);
  });

  it('keys the calls by what the campaign dedupes by', () => {
    const text = 'phone,name,externalId\n+15055550123,Ann,c-1\n';
    const keyOf = (dedupeBy: string) =>
      checkCsv(text, { dedupeBy }).map((verdict) => 'call' in verdict && verdict.dedupeKey);
    expect(keyOf('phone')).toEqual(['phone:+15055550123']);
    expect(keyOf('externalId')).toEqual(['externalId:c-1']);
    expect(keyOf('row')).toEqual(['row:hash:1']);
  });

  it.each([
    ['missing_phone', 'phone,name\n ,Ann', {}],
    ['invalid_phone', 'phone,name\n+1505555CALL,Ann', {}],
    ['not_e164', 'phone,name\n5055550123,Ann', {}],
    ['unsupported_number', 'phone,name\n911,Ann', { defaultCountry: 'US' }],
    ['missing_name', 'phone,name\n+15055550123, ', {}],
    ['missing_name', 'phone\n+15055550123', {}],
    ['missing_variable', 'phone,name,City\n+15055550123,Ann, ', { introNotes: 'in {{ city }}' }],
    [
      'missing_variable',
      'phone,name,City\n+15055550123,Ann,x',
      { customQuestions: ['a', '{{Town}}?'] },
    ],
    [
      'missing_variable',
      'phone,name,externalId\n+15055550123,Ann,',
      { introMessage: '{{externalId}}' },
    ],
    ['no_timezone', 'phone,name\n+18005550100,Ann', RECIPIENT_HOURS],
    ['invalid_field', 'phone,name,fromPhoneNumber\n+15055550123,Ann,12', {}],
    ['invalid_field', 'phone,name,timezone\n+15055550123,Ann,Mountain', {}],
    ['invalid_field', 'phone,name,startsAt\n+15055550123,Ann,2026-12-01 10:00', {}],
    ['invalid_field', 'phone,name,expiresAt\n+15055550123,Ann,tomorrow', {}],
    [
      'invalid_field',
      'phone,name,expiresAt\n+15055550123,Ann,2026-12-01T00:00:00Z',
      { startsAt: '2026-12-02T00:00:00Z' },
    ],
    ['invalid_field', 'phone,name,introNotes\n+15055550123,Ann,'.concat('x'.repeat(10_001)), {}],
    ['invalid_field', 'phone,name\n+15055550123,'.concat('x'.repeat(10_001)), {}],
    ['invalid_field', 'phone,name,externalId\n+15055550123,Ann,', { dedupeBy: 'externalId' }],
    ['invalid_field', 'phone,name,\n+15055550123,Ann,stray', {}],
    ['too_many_cells', 'phone,name\n+15055550123,Ann,x', {}],
    ['too_few_cells', 'phone,name\n+15055550123', {}],
    ['too_few_cells', 'phone,name\n+15055550123\n', { defaultName: 'there' }],
    ['too_few_cells', 'name,fax,phone\nAnn,+15055550123\n', {}],
    ['too_few_cells', 'phone,name,City\n+15055550123,Ann\n', { introNotes: 'in {{City}}' }],
    ['too_few_cells', 'phone,name,Country\n+15055550123,Ann\n', {}],
    ['too_few_cells', 'phone,name,Time Zone\n+15055550123,Ann\n', {}],
    ['unclosed_quote', 'phone,name\n+15055550123,"Ann', {}],
    ['bad_encoding', 'phone,name\n+15055550123,Jos\udcff', {}],
  ])('rejects a CSV row with %s (case %#)', (code, text, fields) => {
    expect(checkCsv(text, fields).map(codeOf)).toEqual([code]);
  });

  it.each([
    ['missing_phone', { name: 'Ann' }, {}],
    ['missing_phone', { name: 'Ann', toPhoneNumber: ' ' }, {}],
    ['not_e164', { name: 'Ann', toPhoneNumber: 15055550123 }, {}],
    ['missing_name', { name: ' ', toPhoneNumber: '+15055550123' }, {}],
    [
      'missing_variable',
      { name: 'Ann', toPhoneNumber: '+15055550123', formInfo: [{ City: '' }] },
      { introNotes: '{{City}}' },
    ],
    ['invalid_field', { name: 'Ann', toPhoneNumber: '+15055550123', fromPhoneNumber: 'x' }, {}],
    ['invalid_field', { name: 'Ann', phone: '+15055550123' }, {}],
    ['invalid_field', { name: 'Ann', toPhoneNumber: '+15055550123', startsAt: 'now' }, {}],
    ['invalid_field', { name: 'Ann', toPhoneNumber: '+15055550123' }, { dedupeBy: 'externalId' }],
    ['bad_json', 'Ann', {}],
  ])('rejects a JSON record with %s (case %#)', (code, record, fields) => {
    expect(checkJson([record], fields).map(codeOf)).toEqual([code]);
  });

  it('asks for no variable of a text that the record brings itself', () => {
    const campaign = { introNotes: '{{City}}', customQuestions: ['{{City}}?'] };
    const text =
      'phone,name,City,introNotes,customQuestions\n+15055550123,Ann,,hello,a?\n+15055550124,Bob,,hello,\n';
    expect(checkCsv(text, campaign).map(codeOf)).toEqual([undefined, 'missing_variable']);
    const record = {
      name: 'Ann',
      toPhoneNumber: '+15055550123',
      introNotes: '',
      customQuestions: [],
    };
    expect(checkJson([record], campaign).map(codeOf)).toEqual([undefined]);
  });

  it('takes cells that are missing at the end for empty ones where they decide nothing', () => {
    const text = 'phone,name,City,Notes\n+15055550123,Ann\n+15055550124,Bob,Taos,x\n';
    expect(checkCsv(text).map(codeOf)).toEqual([undefined, undefined]);
    const [verdict] = checkCsv(text, { introNotes: 'in {{City}}' });
    expect(verdict).toEqual({
      code: 'too_few_cells',
      reason:
        'The row has 2 cells where the headings have 4, and "City" is among the missing ones: write it on one line, with a separator for each of its columns, the empty ones too.',
    });
  });

  it.each(['Do Not Call', 'DNC', 'Opted Out', 'DND'])(
    'calls nobody of whom "%s" says not to',
    (heading) => {
      const rows = ['yes', 'TRUE', '1', 'x', 'All Channels', '', 'no', 'False', '0', 'NULL'];
      const text = [
        `phone,name,${heading}`,
        ...rows.map((cell) => `+15055550123,Ann,${cell}`),
        '',
      ].join('\n');
      const codes = [
        ...Array<string>(5).fill('do_not_call'),
        ...Array<undefined>(5).fill(undefined),
      ];
      expect(checkCsv(text).map(codeOf)).toEqual(codes);
      expect(checkCsv(text, { columns: { doNotCall: heading } }).map(codeOf)).toEqual(codes);
      expect(checkCsv(text, { columns: { doNotCall: null } }).map(codeOf)).toEqual(
        Array(10).fill(undefined),
      );
      expect(checkCsv(`phone,name,${heading}\n+15055550123,Ann\n`).map(codeOf)).toEqual([
        'too_few_cells',
      ]);
    },
  );

  it('dials no number whose extension stands in a column of its own', () => {
    const text =
      'phone,name,Ext\n+15055550123,Ann,12\n+15055550124,Bob,\n+15055550125,Cal,x 3.0\n+15055550126,Dee,0\n';
    expect(checkCsv(text).map(codeOf)).toEqual([
      'invalid_phone',
      undefined,
      'invalid_phone',
      undefined,
    ]);
  });

  it('lets pass exactly the calls whose payload can be filled', () => {
    const fields = {
      introNotes: '{{NAME}} of {{home  town}}',
      customRules: ['{{externalId}} {{First name}}'],
    };
    const lists = [
      'phone,First name,Home town,externalId\n+15055550123,Ann,Springfield,1\n+15055550123,Ann,,1\n+15055550123,Ann,S,\n',
      'phone,name,Home Town,First name,externalId\n+15055550123,Ann Lee,S,Ann,1\n+15055550123,Ann Lee,S,,1\n',
    ];
    const campaign = campaignOf(fields);
    const verdicts = lists.flatMap((text) => {
      const reader = new CsvRows(',');
      const [headings, ...rows] = [...reader.push(text), ...reader.end()];
      const checker = createRowChecker(campaign, { headings: headings?.cells });
      return rows.map((row) => ({ verdict: checker.check(row), form: checker.head.headings }));
    });
    expect(verdicts.map(({ verdict }) => codeOf(verdict))).toEqual([
      undefined,
      'missing_variable',
      'missing_variable',
      undefined,
      'missing_variable',
    ]);
    const payloads = verdicts.map(({ verdict, form }) =>
      'call' in verdict
        ? Object.keys(payloadFor(campaign, verdict.call, form, '+15055550100')).join()
        : 'none',
    );
    expect(payloads).toEqual(['payload', 'none', 'none', 'payload', 'none']);
  });

  it('takes the zone from the record, the number or the campaign', () => {
    const text =
      'phone,name,timezone\n+18005550100,Ann,America/Denver\n+15055550123,Bob,\n+18005550101,Eve,\n';
    expect(checkCsv(text, RECIPIENT_HOURS).map(codeOf)).toEqual([
      undefined,
      undefined,
      'no_timezone',
    ]);
    const withZone = { ...RECIPIENT_HOURS, timezone: 'America/Denver' };
    expect(checkCsv(text, withZone).map(codeOf)).toEqual([undefined, undefined, undefined]);
  });

  it('warns of placeholders that no column can fill', () => {
    const campaign = campaignOf({
      introNotes: '{{name}} {{Town}} {{ City }}',
      customRules: ['{{town}}'],
    });
    const { warnings } = createRowChecker(campaign, { headings: ['phone', 'city'] });
    expect(warnings).toEqual(['No column has the heading "town", which the campaign asks for.']);
  });

  it("never calls a mended list's rows that only look whole", () => {
    const text =
      'phone,name,line,code,reason\n+15055550123,Ann,2,too_many_cells,x\n+15055550124,Bob,3,missing_name,x\n+15055550125,Eve,4,,x\n';
    expect(checkCsv(text).map(codeOf)).toEqual(['too_many_cells', undefined, undefined]);
  });

  it('holds no value of the row in any reason', () => {
    const texts = [
      'phone,name\nsecret,Ann',
      'phone,name,timezone\n+15055550123,Ann,secret',
      'phone,name,startsAt\n+15055550123,Ann,secret',
    ];
    const reasons = texts
      .flatMap((text) => checkCsv(text))
      .map((verdict) => ('code' in verdict ? verdict.reason : ''));
    expect(reasons.join()).not.toMatch(/secret|Ann|5055550123/);
    expect(reasons.every((reason) => reason !== '')).toBe(true);
  });
});

describe('RecordChecker', () => {
  it('checks a record that stands in no list', () => {
    const checker = new RecordChecker(campaignOf());
    expect(checker.check({ name: 'Ann', toPhoneNumber: '+15055550123' }, undefined)).toEqual({
      dedupeKey: 'phone:+15055550123',
      call: { to: '+15055550123', name: 'Ann' },
    });
    expect(
      codeOf(
        new RecordChecker(campaignOf({ dedupeBy: 'row' })).check(
          { name: 'A', toPhoneNumber: '+15055550123' },
          undefined,
        ),
      ),
    ).toBe('invalid_field');
  });
});

describe('the country of a row', () => {
  const campaign = { defaultCountry: 'US' };
  const numbersOf = (text: string) =>
    checkCsv(text, campaign).map((verdict) => ('call' in verdict ? verdict.call.to : verdict.code));

  it('comes before the campaign’s, by calling code, ISO code or name', () => {
    const rows = [
      '2079460123,44',
      '020 7946 0123,GBR',
      '2079460123,United Kingdom',
      '(505) 555-0123,',
    ];
    const numbers = ['+442079460123', '+442079460123', '+442079460123', '+15055550123'];
    expect(numbersOf(`phone,country,name\n${rows.map((row) => `${row},Ann\n`).join('')}`)).toEqual(
      numbers,
    );
  });

  it('refuses what contradicts it, another column included, and what is no country', () => {
    const text = [
      'phone_code,phone_number,country_code,name',
      '44,2079460123,GBR,Ann',
      '1,2079460123,GBR,Ann',
      '44,+12079460123,GBR,Ann',
      ',2079460123,Atlantis,Ann',
      ',+442079460123,Atlantis,Ann',
    ];
    expect(numbersOf(text.join('\n'))).toEqual([
      '+442079460123',
      'ambiguous_number',
      'ambiguous_number',
      'not_e164',
      '+442079460123',
    ]);
  });

  it('counts for nothing where the campaign says so', () => {
    const [verdict] = checkCsv('phone,country,name\n+15055550123,Germany,Ann', {
      columns: { country: null },
    });
    expect(verdict).toMatchObject({ call: { to: '+15055550123' } });
  });
});

describe('words that stand for nothing', () => {
  it('are empty cells where programs write them', () => {
    const text = String.raw`name,phone,time zone,external id,city
Ada,+15055550123,NULL,\N,#N/A
Ben,NULL,,,
NULL,+15055550124,,,
nan,+15055550125,,,`;
    const [ada, ben, ...others] = checkCsv(text, { introNotes: 'Talk to {{name}}' });
    expect(ada).toMatchObject({ call: { name: 'Ada', form: [''] } });
    expect(ada).not.toHaveProperty('call.timezone');
    expect(ada).not.toHaveProperty('call.externalId');
    expect([ben, ...others].map(codeOf)).toEqual(['missing_phone', 'missing_name', 'missing_name']);
  });

  it('are no names in JSON either, and Null is one', () => {
    const names = ['N/A', '#N/A', 'null', 'Null'];
    const verdicts = checkJson(names.map((name) => ({ name, toPhoneNumber: '+15055550123' })));
    expect(verdicts.map(codeOf)).toEqual([
      'missing_name',
      'missing_name',
      'missing_name',
      undefined,
    ]);
  });

  it('are null in JSON, and an empty text where that can mean nothing', () => {
    const to = { toPhoneNumber: '+15055550123' };
    const verdicts = checkJson([
      { ...to, name: 'Ada', externalId: null, timezone: null, startsAt: '' },
      { ...to, name: null },
      { name: 'Cal', toPhoneNumber: null },
      { ...to, name: 'Dee', formInfo: [{ City: null, Event: 'Gala' }] },
      { ...to, name: 'Eve', formInfo: null, timezone: '' },
    ]);
    expect(verdicts.map(codeOf)).toEqual([
      undefined,
      'missing_name',
      'missing_phone',
      undefined,
      undefined,
    ]);
    expect(verdicts[3]).toMatchObject({ call: { form: [['Event', 'Gala']] } });
  });
});

describe('a record whose form says not to call', () => {
  const record = { toPhoneNumber: '+15055550123', name: 'Ann' };
  const codes = (entries: object[], fields?: Record<string, unknown>) =>
    checkJson(
      entries.map((entry) => ({ ...record, formInfo: [{ City: 'Taos' }, entry] })),
      fields,
    ).map(codeOf);

  it('is rejected as a row of a CSV is, by the same headings and words', () => {
    const no = [
      { 'Do Not Call': true },
      { DNC: 'yes' },
      { 'opted-out': '1' },
      { dnd: 'ask first' },
    ];
    expect(codes(no)).toEqual(no.map(() => 'do_not_call'));
    const yes = [
      { 'Do Not Call': false },
      { DNC: '' },
      { dnd: null },
      { dnc: 'NULL' },
      { Dance: 'y' },
    ];
    expect(codes(yes)).toEqual(yes.map(() => undefined));
  });

  it('says so under the heading that the campaign names, or nowhere', () => {
    const entries = [{ Blocked: 'yes' }, { DNC: 'yes' }];
    expect(codes(entries, { columns: { doNotCall: 'blocked' } })).toEqual([
      'do_not_call',
      undefined,
    ]);
    expect(codes(entries, { columns: { doNotCall: null } })).toEqual([undefined, undefined]);
  });
});

describe('what is said twice in one record', () => {
  it('is refused: nobody knows which of the two was meant', () => {
    const reader = new NdjsonRows();
    const twice = '{"name":"Ann","toPhoneNumber":"+15055550123","toPhoneNumber":"+15055550124"}\n';
    expect(reader.push(twice)[0]?.problem).toEqual({
      code: 'bad_json',
      reason: 'The key "toPhoneNumber" stands twice in one object.',
    });
  });
});

describe('a campaign that vouches for numbers', () => {
  it('calls those that no numbering plan knows yet', () => {
    const text =
      'phone,name\n+12715550123,Ann\n(271) 555-0124,Bob\n+12725550123,Cy\n+12115550123,Di';
    const verdicts = checkCsv(text, { defaultCountry: 'US', vouchedPrefixes: ['+1271'] });
    expect(verdicts.map(codeOf)).toEqual([undefined, undefined, undefined, 'invalid_phone']);
    expect(checkCsv(text, { defaultCountry: 'US' }).map(codeOf).slice(0, 2)).toEqual([
      'invalid_phone',
      'invalid_phone',
    ]);
  });
});

describe('a field that a text asks for by its column', () => {
  it('is filled in, and not sent as an entry of its own', () => {
    const text = 'Full Name,Phone,City\nAnn Moss,+15055550123,Taos\n';
    const fields = {
      columns: { name: 'Full Name' },
      introNotes: 'Ask {{Full Name}} about {{City}}',
    };
    const reader = new CsvRows(',');
    const [headings, row] = [...reader.push(text), ...reader.end()];
    const checker = createRowChecker(campaignOf(fields), {
      headings: headings?.cells,
      dedupeHash: 'hash',
    });
    const verdict = row && checker.check(row);
    if (verdict === undefined || !('call' in verdict)) throw new Error('was not taken');
    expect(
      payloadFor(campaignOf(fields), verdict.call, checker.head.headings, '+15055550100'),
    ).toMatchObject({
      payload: { introNotes: 'Ask Ann Moss about Taos', formInfo: [{ City: 'Taos' }] },
    });
  });
});

describe('a row of several phones', () => {
  const MOBILE_FIRST = { columns: { toPhoneNumber: ['Mobile', 'Home Phone'] } };
  const chosen = (text: string, fields: Record<string, unknown> = {}) =>
    checkCsv(`Home Phone,Name,Mobile\n${text}`, { ...MOBILE_FIRST, ...fields });

  it('is dialed at the first that can be, and the others are kept to be looked up', () => {
    const verdicts = chosen(
      '+15055550124,Ann,+15055550123\n+15055550124,Bob,\n,Cy,+15055550125\n+15055550126,Di,+1 505 555 0126\n',
    );
    expect(verdicts).toMatchObject([
      {
        call: { to: '+15055550123', phoneColumn: 'Mobile', otherNumbers: ['+15055550124'] },
        dedupeKey: 'phone:+15055550123',
      },
      {
        call: { to: '+15055550124', phoneColumn: 'Home Phone' },
        dedupeKey: 'phone:+15055550124',
      },
      { call: { to: '+15055550125', phoneColumn: 'Mobile' } },
      { call: { to: '+15055550126', phoneColumn: 'Mobile' } },
    ]);
    const others = verdicts.map((verdict) => 'call' in verdict && verdict.call.otherNumbers);
    expect(others.slice(1)).toEqual([undefined, undefined, undefined]);
    expect(JSON.stringify(verdicts)).not.toContain('passedOver');
  });

  it.each([
    ['12', 'invalid_phone', []],
    ['911', 'unsupported_number', []],
    ['505 555 0123', 'not_e164', []],
    ['+18005550123', 'no_timezone', ['+18005550123']],
  ])('is dialed at the next where %s comes first, and says that it is %s', (text, code, others) => {
    const [verdict] = chosen(`+15055550124,Ann,${text}\n`, RECIPIENT_HOURS);
    expect(verdict).toMatchObject({
      call: { to: '+15055550124', phoneColumn: 'Home Phone' },
      passedOver: [{ heading: 'Mobile', code }],
    });
    expect(verdict && 'call' in verdict && (verdict.call.otherNumbers ?? [])).toEqual(others);
  });

  it('keeps every number that an unclear one may be', () => {
    const fields = { defaultCountry: 'DE' };
    const [verdict] = chosen('+493023125123,Ann,491713920001\n', fields);
    expect(verdict).toMatchObject({
      call: { to: '+493023125123', otherNumbers: ['+49491713920001', '+491713920001'] },
      passedOver: [{ code: 'ambiguous_number' }],
    });
    const elsewhere = checkCsv(
      'Home Phone,Name,Mobile,Country\n020 7946 0123,Ann,+15055550123,GB\n',
      MOBILE_FIRST,
    );
    expect(elsewhere).toMatchObject([
      { call: { to: '+442079460123', otherNumbers: ['+15055550123'] } },
    ]);
  });

  it('is rejected where none can be called, for what is wrong with each', () => {
    const [wrong, none] = chosen('911,Ann,12\n,Bob,\n');
    expect(wrong).toMatchObject({
      code: 'invalid_phone',
      reason: expect.stringMatching(/^"Mobile": .+\. "Home Phone": .+\.$/) as string,
    });
    expect(none).toEqual({ code: 'missing_phone', reason: 'There is no phone number.' });
  });

  it('is the same call as another that is dialed at the same number, and no other', () => {
    const keys = chosen(
      '+15055550124,Ann,+15055550123\n+15055550123,Bob,+15055550124\n+15055550124,Ann,\n+15055550125,Cy,+15055550123\n',
    ).map((verdict) => 'call' in verdict && verdict.dedupeKey);
    expect(keys).toEqual(['0123', '0124', '0124', '0123'].map((end) => `phone:+1505555${end}`));
  });

  it('needs all of its columns, and sends none of them along', () => {
    const [whole, short] = checkCsv(
      'Name,City,Mobile,Home Phone\nAnn,Taos,+15055550123,\nBob,Taos,+15055550124\n',
      MOBILE_FIRST,
    );
    expect(whole).toMatchObject({ call: { form: ['Taos'] } });
    expect(codeOf(short)).toBe('too_few_cells');
  });
});
