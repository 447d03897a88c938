import { OUTCOMES, type Outcome } from '@libby-dialer/dialing';
import { expect, test } from 'vitest';
import { endingLines, loadLines } from './run-report.ts';

const PLAIN = { styled: (_: string, text: string) => text };
const NONE = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;

const load = {
  campaign: 'spring',
  rows: 0,
  queued: 0,
  alreadyQueued: 0,
  alreadySettled: 0,
  duplicates: 0,
  rejected: 0,
};

test('tells what loading made of the rows, and nothing of what there is none of', () => {
  expect(loadLines({ ...load, rows: 1, queued: 1, rejectsFile: null })).toEqual([
    '  1 row: 1 call queued',
  ]);
  const rest = {
    alreadyQueued: 3,
    alreadySettled: 4,
    duplicates: 5,
    rejected: 6,
    rejectsFile: 'r.csv',
  };
  expect(loadLines({ ...load, rows: 20, queued: 2, ...rest })).toEqual([
    '  20 rows: 2 calls queued, 7 loaded before, 5 repeats, 6 not callable',
  ]);
});

test('calls that wait for their hours are told apart from those that have an outcome', () => {
  const status = {
    id: 'spring',
    state: 'waiting',
    pending: 2,
    inFlight: 0,
    redialing: 0,
    setAside: 0,
    stuckWorkers: 0,
    workersOffPace: 0,
    unknownRules: [],
    hasIncompleteCalls: false,
    queue: 'open',
    outcomes: NONE,
    holds: [],
  } as const;
  const lines = endingLines(PLAIN, { status, opensAt: Date.UTC(2026, 5, 3, 12) }).join('\n');
  expect(lines).toContain('2 calls wait for their hours');
  expect(lines).toContain('the first may go out Wed, Jun 3');
  expect(lines).not.toContain('What became of the calls');
  expect(endingLines(PLAIN, { status, opensAt: Number.POSITIVE_INFINITY }).join('\n')).toContain(
    'no hours suit',
  );
  const settled = endingLines(PLAIN, {
    status: { ...status, pending: 0, outcomes: { ...NONE, accepted: 2 } },
  });
  expect(settled[0]).toBe('What became of the calls');
});
