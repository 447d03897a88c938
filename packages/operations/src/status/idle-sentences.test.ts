import { expect, test } from 'vitest';
import type { CampaignView } from './campaign-view.ts';
import { idleSentences } from './idle-sentences.ts';

const NOW = Date.parse('2026-12-01T14:00:00Z');
const NONE = {
  accepted: 0,
  rejected: 0,
  exhausted: 0,
  unknown: 0,
  suppressed: 0,
  expired: 0,
  canceled: 0,
};

function view(
  status: Partial<CampaignView['status']> = {},
  given: Partial<CampaignView> = {},
): CampaignView {
  return {
    status: {
      id: 'spring',
      state: 'running',
      pending: 10,
      inFlight: 0,
      redialing: 0,
      setAside: 0,
      unknownRules: [],
      queue: 'open',
      hasIncompleteCalls: false,
      stuckWorkers: 0,
      workersOffPace: 0,
      outcomes: NONE,
      holds: [],
      ...status,
    },
    outlook: {},
    rate: { lastSeconds: undefined, lastMinute: undefined },
    idle: { workers: 1, linesFullUntil: undefined },
    now: NOW,
    ...given,
  };
}

const codes = (each: CampaignView) => idleSentences(each).map(({ code }) => code);

test('says nothing of a campaign that goes on', () => {
  expect(idleSentences(view({ inFlight: 3 }))).toEqual([]);
});

test('says what concerns everything before what passes by itself', () => {
  const waiting = { opening: { at: NOW + 3_600_000, zones: ['America/Denver'] } };
  const idle = { workers: 0, linesFullUntil: undefined };
  expect(
    codes(view({ state: 'waiting' }, { outlook: waiting, idle, refusal: 'It is full.' })),
  ).toEqual(['redis_refuses', 'no_worker', 'out_of_hours']);
});

test('says who has paused it', () => {
  expect(codes(view({ state: 'paused' }))).toEqual(['paused']);
  expect(codes(view({ state: 'paused', queue: 'paused' }))).toEqual(['paused_elsewhere']);
});

test('says of a hold whether a person is needed', () => {
  const hold = { scope: 'all', reason: 'evidence_lost', since: NOW, until: undefined } as const;
  expect(idleSentences(view({ state: 'held', holds: [hold] }))).toEqual([
    {
      code: 'held',
      sentence: 'Dialing is held (all, evidence_lost): only a person lifts it.',
    },
  ]);
});

test('misses no worker where nothing is to be done', () => {
  const idle = { workers: 0, linesFullUntil: undefined };
  expect(
    codes(view({ state: 'completed', pending: 0, outcomes: { ...NONE, accepted: 1 } }, { idle })),
  ).toEqual([]);
});
