import { expect, it } from 'vitest';
import { type AccessJson, campaignsIn, removalText } from './access-words.ts';

it.each([
  ['orders, returns', ['orders', 'returns']],
  [' orders\nreturns,', ['orders', 'returns']],
  [' ', []],
])('%j names the campaigns %j', (text, campaigns) => {
  expect(campaignsIn(text)).toEqual(campaigns);
});

it('says whom a removal leaves without a way in', () => {
  const ada: AccessJson = {
    name: 'ada',
    role: 'admin',
    sso: false,
    addedAt: '2026-12-01T09:00:00.000Z',
  };
  const bo = { ...ada, name: 'bo' };
  const vera = { ...ada, name: 'vera', role: 'viewer' } as const;
  expect(removalText(ada, [ada, bo], 'bo')).toEqual([]);
  expect(removalText(vera, [ada, vera], 'ada')).toEqual([]);
  expect(removalText(ada, [ada, vera], 'ada')).toEqual([
    expect.stringContaining('That is you'),
    expect.stringContaining('no other admin'),
  ]);
});
