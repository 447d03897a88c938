import { describe, expect, it } from 'vitest';
import { type Campaign, parseCampaign } from './campaign.ts';

const MINIMAL = { id: 'spring', fromPhoneNumber: '+15055550100' };

function accepted(overrides: Record<string, unknown> = {}): Campaign {
  const verdict = parseCampaign({ ...MINIMAL, ...overrides });
  if (!verdict.ok) throw new Error(verdict.problems.join('\n'));
  return verdict.campaign;
}

function problems(content: unknown): string[] {
  const verdict = parseCampaign(content);
  return verdict.ok ? [] : verdict.problems;
}

describe('a campaign file', () => {
  it('says which rows are skipped, by texts', () => {
    const skipWhere = { 'Opt-Out?': ['y', true, 1] };
    expect(accepted({ skipWhere }).skipWhere).toEqual({ 'Opt-Out?': ['y', 'true', '1'] });
    expect(problems({ ...MINIMAL, skipWhere: { 'Opt-Out?': 'y' } })).toEqual([
      'skipWhere.Opt-Out?: must be a list of texts, such as ["yes", "y"]',
    ]);
    expect(problems({ ...MINIMAL, onlyWhere: { Status: [] } })).toEqual([
      'onlyWhere.Status: must name at least one text',
    ]);
  });

  it('needs an id and a line, and fills in the rest', () => {
    expect(accepted()).toEqual({
      id: 'spring',
      fromPhoneNumber: ['+15055550100'],
      dedupeBy: 'phone',
      callingWindow: {
        from: '08:00',
        to: '21:00',
        days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
        timezone: 'recipient',
      },
      retry: { attempts: 4, backoffSeconds: 30, maxBackoffSeconds: 3600 },
      onUnknown: 'never-redial',
      priority: 0,
    });
  });

  it('limits lines by calls of two minutes unless it says otherwise', () => {
    expect(accepted({ lines: { maxConcurrentCalls: 10 } }).lines).toEqual({
      maxConcurrentCalls: 10,
      assumedCallSeconds: 120,
    });
  });

  it('keeps times as instants and lines as a pool in E.164', () => {
    const campaign = accepted({
      fromPhoneNumber: ['+1 (505) 555-0100', '+15055550101'],
      startsAt: '2026-12-01T09:00:00-07:00',
      expiresAt: '2026-12-05T02:00:00Z',
    });
    expect(campaign.fromPhoneNumber).toEqual(['+15055550100', '+15055550101']);
    expect(campaign.startsAt).toBe(Date.UTC(2026, 11, 1, 16));
    expect(campaign.expiresAt).toBe(Date.UTC(2026, 11, 5, 2));
  });

  it('is refused with every problem at once, each beginning with its key', () => {
    const found = problems({
      id: 'Spring Events',
      fromPhoneNumber: '5055550100',
      pacing: { callsPerSecond: 0 },
      colums: {},
      defaultCountry: 'USA',
      callingWindow: { from: '8', to: '21:00' },
      introNotes: 'Ask {{name about it',
      retry: { attempts: 0, backofSeconds: 3 },
    });
    const keys = found.map((sentence) => sentence.split(':', 1)[0]);
    expect(new Set(keys)).toEqual(
      new Set([
        'id',
        'fromPhoneNumber',
        'pacing.callsPerSecond',
        'colums',
        'defaultCountry',
        'callingWindow.from',
        'introNotes',
        'retry.attempts',
        'retry.backofSeconds',
      ]),
    );
  });

  it.each([
    ['columns', { name: ['First name', 'Last name'] }],
    ['columns', { toPhoneNumber: [] }],
    ['columns', { toPhoneNumber: ['Mobile', ' mobile'] }],
    ['columns', { toPhoneNumber: 5 }],
    ['pacing', { maxInFlight: 0 }],
    ['pacing', { callsPerSecond: 1001 }],
    ['lines', {}],
    ['lines', { maxConcurrentCalls: 2, assumedCallSeconds: 0 }],
    ['frequencyCap', { calls: 3 }],
    ['frequencyCap', { calls: 3, hours: 721 }],
    ['onUnknown', 'always'],
    ['priority', 1.5],
  ])('refuses %s: %j', (key, value) => {
    const found = problems({ ...MINIMAL, [key]: value });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${key}[.:]`));
  });

  it.each(['Hi {{name}', 'Hi {{name} }', 'Hi {{ }}', 'Hi {{name}} and {{', '{{{{name}}}}'])(
    'refuses %s, which would be said as it is',
    (introMessage) => {
      const [said, ...others] = problems({ ...MINIMAL, introMessage });
      expect([said, others]).toEqual([
        'introMessage: has a {{ without a name or without its }}',
        [],
      ]);
      expect(problems({ ...MINIMAL, customRules: ['Be brief', introMessage] })[0]).toMatch(
        /^customRules\.1: /,
      );
    },
  );

  it('warns of a }} that closes nothing', () => {
    const texts = {
      introMessage: 'Hi {name}}',
      customRules: ['{"a": {"b": "{{name}}"}}'],
      introNotes: '{{{name}}}',
    };
    const verdict = parseCampaign({ ...MINIMAL, ...texts });
    expect(verdict.ok && verdict.warnings).toEqual([
      'introMessage: has a }} without its {{, and says it as it is',
      'customRules: has a }} without its {{, and says it as it is',
    ]);
  });

  it.each([
    [
      'what is missing',
      {},
      ['id: is missing', expect.stringMatching(/^fromPhoneNumber: is missing/)],
    ],
    [
      'what is missing further in, and what it must be',
      { ...MINIMAL, frequencyCap: { calls: 3 }, callingWindow: { from: '08:00' } },
      [
        'callingWindow.to: is missing',
        'frequencyCap.hours: is missing, and must be a number above 0, at most 720 (thirty days)',
      ],
    ],
    [
      'what is no number, and which it must be',
      { ...MINIMAL, pacing: { callsPerSecond: 'two' }, priority: 'high' },
      [
        'pacing.callsPerSecond: must be a number above 0, at most 1000',
        'priority: must be a whole number from -100 to 100',
      ],
    ],
    [
      'an end before its start',
      { ...MINIMAL, startsAt: '2026-12-02T00:00:00Z', expiresAt: '2026-12-01T00:00:00Z' },
      ['expiresAt: must be later than startsAt'],
    ],
    [
      'a backoff beyond its limit',
      { ...MINIMAL, retry: { backoffSeconds: 10, maxBackoffSeconds: 5 } },
      ['retry: backoffSeconds must not exceed maxBackoffSeconds'],
    ],
    ['what is no object', ['id'], [expect.stringContaining('must hold keys and values')]],
  ])('names %s', (_, content, expected) => {
    expect(problems(content)).toEqual(expected);
  });

  it('may cross midnight or last all day, but not be empty', () => {
    expect(accepted({ callingWindow: { from: '22:00', to: '06:00' } }).callingWindow).toMatchObject(
      { to: '06:00' },
    );
    expect(accepted({ callingWindow: { from: '00:00', to: '24:00' } }).callingWindow).toMatchObject(
      { to: '24:00' },
    );
    expect(problems({ ...MINIMAL, callingWindow: { from: '08:00', to: '08:00' } })).toHaveLength(1);
  });

  it('warns of notes that have no effect', () => {
    const verdict = parseCampaign({
      ...MINIMAL,
      introNotes: 'a',
      introMessage: 'b',
      introVoicemail: 'c',
    });
    expect(verdict).toMatchObject({ ok: true, warnings: [expect.stringContaining('introNotes')] });
  });
});
