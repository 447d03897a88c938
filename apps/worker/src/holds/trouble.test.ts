import { type Decision, HOLD_PAUSES, type HoldScope, RUN_THRESHOLDS } from '@libby-dialer/dialing';
import { describe, expect, test } from 'vitest';
import { holdRequest, isAnswered, probeResults, troubleRun } from './trouble.ts';

const accepted: Decision = { kind: 'settle', outcome: 'accepted', reason: 'accepted' };
const rejected: Decision = {
  kind: 'settle',
  outcome: 'rejected',
  reason: 'unprocessable',
  run: 'rejections',
};
const noAgent: Decision = { kind: 'settle', outcome: 'rejected', reason: 'agent_not_found' };
const doubt: Decision = {
  kind: 'settle',
  outcome: 'unknown',
  reason: 'no_response',
  run: 'doubts',
};
const exhausted: Decision = { kind: 'settle', outcome: 'exhausted', reason: 'connect_failed' };
const retry: Decision = { kind: 'retry', reason: 'connect_failed' };
const renew: Decision = { kind: 'renew' };
const putBack: Decision = { kind: 'put_back' };
const hold = (scope: 'all' | 'line'): Decision => ({
  kind: 'hold',
  scope,
  hold: scope === 'all' ? 'rate_limited' : 'agent_not_found',
  retryAfterMs: 0,
  faultAfter: 2,
  reason: 'refused',
});

describe('what a probe shows of its hold', () => {
  const cases: [name: string, decision: Decision, all: string, campaign: string, line: string][] = [
    ['accepted', accepted, 'close', 'close', 'close'],
    ['unknown', doubt, 'grow', 'grow', 'grow'],
    ['rejected', rejected, 'close', 'grow', 'close'],
    ['rejected for its own line', noAgent, 'close', 'grow', 'grow'],
    ['exhausted', exhausted, 'grow', 'keep', 'keep'],
    ['to be retried', retry, 'grow', 'keep', 'keep'],
    ['refused like everybody', hold('all'), 'grow', 'keep', 'keep'],
    ['without an agent', hold('line'), 'keep', 'keep', 'grow'],
    ['to be renewed', renew, 'keep', 'keep', 'keep'],
    ['put back', putBack, 'keep', 'keep', 'keep'],
  ];
  test.for(cases)('%s', ([, decision, all, campaign, line]) => {
    const scopes: HoldScope[] = ['all', 'campaign:spring', 'line:+15055550100'];
    expect(probeResults(scopes, decision)).toEqual([
      { scope: 'all', verdict: all },
      { scope: 'campaign:spring', verdict: campaign },
      { scope: 'line:+15055550100', verdict: line },
    ]);
  });
});

describe('runs of trouble', () => {
  test.for([
    { decision: doubt, name: 'doubts', scope: 'all', reason: 'doubts' },
    {
      decision: rejected,
      name: 'rejections:spring',
      scope: 'campaign:spring',
      reason: 'rejections',
    },
    { decision: retry, name: 'unreachable', scope: 'all', reason: 'unreachable' },
    { decision: exhausted, name: 'unreachable', scope: 'all', reason: 'unreachable' },
  ] as const)('$name hold $scope', ({ decision, name, scope, reason }) => {
    expect(troubleRun(decision, 'spring')).toEqual({
      name,
      threshold: RUN_THRESHOLDS[reason],
      hold: { scope, reason, ...HOLD_PAUSES[reason], retryAfterMs: 0 },
    });
  });

  test.for([accepted, renew, putBack, hold('all'), hold('line'), noAgent])(
    'none after %o',
    (decision) => {
      expect(troubleRun(decision, 'spring')).toBeUndefined();
    },
  );
});

test('an answer is what the API said, and not what we had to guess', () => {
  expect([accepted, rejected, hold('all'), renew].map(isAnswered)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect([doubt, exhausted, retry, putBack].map(isAnswered)).toEqual([false, false, false, false]);
});

test('a hold is asked for with the pauses of its reason', () => {
  expect(holdRequest('all', 'rate_limited', 7000)).toEqual({
    scope: 'all',
    reason: 'rate_limited',
    ...HOLD_PAUSES.rate_limited,
    retryAfterMs: 7000,
  });
});
