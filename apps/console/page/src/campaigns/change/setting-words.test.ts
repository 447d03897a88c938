import { expect, it } from 'vitest';
import { changesInWords } from './setting-words.ts';

const HOURS = { from: '08:00', to: '21:00', timezone: 'recipient' };

it.each([
  [
    { key: 'pacing', before: { callsPerSecond: 8, maxInFlight: 20 }, after: { maxInFlight: 20 } },
    [{ key: 'Calls a second', before: 8, after: undefined }],
  ],
  [
    { key: 'lines', after: { maxConcurrentCalls: 5, assumedCallSeconds: 120 } },
    [
      { key: 'Conversations at once on a line', before: undefined, after: 5 },
      { key: 'Seconds a conversation is taken to last', before: undefined, after: 120 },
    ],
  ],
  [
    {
      key: 'callingWindow',
      before: { ...HOURS, days: ['sat', 'sun'] },
      after: { ...HOURS, timezone: 'America/New_York' },
    },
    [
      {
        key: 'Calling hours',
        before: '08:00 to 21:00 on sat, sun by the clock of the person called',
        after: '08:00 to 21:00 by the clock of New York',
      },
    ],
  ],
  [
    { key: 'customRules', before: ['Be kind.', 'Be brief.'], after: [] },
    [{ key: 'Rules', before: 'Be kind. / Be brief.', after: '' }],
  ],
  [
    { key: 'startsAt', after: '2026-12-01T16:00:00.000Z' },
    [
      {
        key: 'Not before',
        before: undefined,
        after: expect.stringMatching(/^2026-1[12]-\d\d \d\d:00:00/),
      },
    ],
  ],
  [{ key: 'priority', before: 0, after: 5 }, [{ key: 'priority', before: 0, after: 5 }]],
])('%j is said in words', (change, words) => {
  expect(changesInWords([change])).toEqual(words);
});
