import type { CampaignStatusJson } from '@libby-dialer/http-api';
import { expect, test } from 'vitest';
import { heldBy, heldText } from './held-calls.ts';

const LINE = 'line:+15055550100';

test('what waits behind a hold is counted in the campaigns that it stands in the way of', () => {
  const campaigns = [
    campaign(1200, LINE),
    campaign(1, LINE, 'all'),
    campaign(7),
    campaign(0, LINE),
  ];
  const held = heldBy({ scope: LINE }, { campaigns, isCut: false });
  expect(held).toEqual({ campaigns: 2, calls: 1201, isAtLeast: false });
  expect(heldText(LINE, held)).toBe(
    '1,201 calls of 2 campaigns wait behind it, unless another line takes them.',
  );
  expect(heldText('all', heldBy({ scope: 'all' }, { campaigns, isCut: false }))).toBe(
    '1 call of 1 campaign waits behind it.',
  );
  expect(heldText('x', heldBy({ scope: 'campaign:x' }, { campaigns, isCut: false }))).toBe(
    'No call waits behind it.',
  );
});

test('where not every campaign was looked at, the count says so', () => {
  const campaigns = [campaign(2, 'all'), campaign(2, 'all')];
  expect(heldText('all', heldBy({ scope: 'all' }, { campaigns, isCut: true }))).toBe(
    'At least 4 calls of 2 campaigns wait behind it.',
  );
});

function campaign(pending: number, ...scopes: string[]): CampaignStatusJson {
  return { pending, holds: scopes.map((scope) => ({ scope })) } as CampaignStatusJson;
}
