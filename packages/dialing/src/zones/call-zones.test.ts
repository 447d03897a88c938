import { expect, it } from 'vitest';
import { zonesFor } from './call-zones.ts';

const RECIPIENT = { from: '08:00', to: '21:00', days: ['mon' as const], timezone: 'recipient' };
const TOLL_FREE = '+18005550123';
const DENVER = '+13035550123';

it.each([
  [
    'the window names one',
    { callingWindow: { ...RECIPIENT, timezone: 'Europe/Berlin' } },
    { to: DENVER, timezone: 'Asia/Tokyo' },
    ['Europe/Berlin'],
    'campaign_window',
  ],
  [
    'the record names one',
    { callingWindow: RECIPIENT, timezone: 'America/Chicago' },
    { to: DENVER, timezone: 'Asia/Tokyo' },
    ['Asia/Tokyo'],
    'record',
  ],
  [
    'the record says UTC, where nobody lives',
    { callingWindow: RECIPIENT },
    { to: DENVER, timezone: 'UTC' },
    ['UTC', 'America/Denver'],
    'record',
  ],
  [
    'the record says UTC and the number has no place',
    { callingWindow: RECIPIENT },
    { to: TOLL_FREE, timezone: 'UTC' },
    ['UTC'],
    'record',
  ],
  [
    'the record names what is no zone',
    { callingWindow: RECIPIENT },
    { to: DENVER, timezone: 'EST' },
    [],
    'record',
  ],
  [
    'the number has some',
    { callingWindow: RECIPIENT, timezone: 'America/Chicago' },
    { to: DENVER },
    ['America/Denver'],
    'number',
  ],
  [
    'only the campaign helps',
    { callingWindow: RECIPIENT, timezone: 'America/Chicago' },
    { to: TOLL_FREE },
    ['America/Chicago'],
    'campaign',
  ],
  ['nothing tells', { callingWindow: RECIPIENT }, { to: TOLL_FREE }, [], 'campaign'],
] as const)('when %s', (_, campaign, call, zones, source) => {
  expect(zonesFor({ timezone: undefined, ...campaign }, call)).toEqual({
    zones,
    source,
  });
});
