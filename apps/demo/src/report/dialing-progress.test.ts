import { PassThrough } from 'node:stream';
import type { CampaignStatus } from '@libby-dialer/dial-queue';
import { OUTCOMES, type Outcome } from '@libby-dialer/dialing';
import { expect, test } from 'vitest';
import { Screen } from '../screen.ts';
import { DialingProgress, progressText } from './dialing-progress.ts';

const NONE = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;

function status(
  some: Partial<Omit<CampaignStatus, 'outcomes'>> & { outcomes?: Partial<Record<Outcome, number>> },
) {
  const rest = {
    id: 'spring',
    state: 'running',
    pending: 0,
    inFlight: 0,
    redialing: 0,
    setAside: 0,
    stuckWorkers: 0,
    workersOffPace: 0,
    unknownRules: [],
    hasIncompleteCalls: false,
    queue: 'open' as const,
    holds: [],
    ...some,
  } as const;
  return { ...rest, outcomes: { ...NONE, ...some.outcomes } } satisfies CampaignStatus;
}

test('says how far it is, and what holds it', () => {
  expect(progressText(status({ pending: 187 }))).toBe('0 of 187');
  const outcomes = { accepted: 104, unknown: 3, expired: 2 };
  expect(progressText(status({ pending: 70, inFlight: 8, outcomes }))).toBe(
    '109 of 187: 104 accepted, 3 unknown, 2 others, 8 in flight',
  );
  const hold = { scope: 'all', reason: 'rate_limited', since: 0, until: 2000 } as const;
  expect(progressText(status({ pending: 78, outcomes, holds: [hold] }))).toBe(
    '109 of 187; held: the API asked to slow down (429)',
  );
});

test('without a terminal prints a line now and then, and the last state once', () => {
  const output = new PassThrough();
  let now = 0;
  const progress = new DialingProgress(new Screen(output), () => now);
  for (const accepted of [1, 2, 3, 4]) {
    progress.show(status({ pending: 4 - accepted, outcomes: { accepted } }));
    now += 1000;
  }
  progress.end(status({ outcomes: { accepted: 4 } }));
  progress.end(status({ outcomes: { accepted: 4 } }));
  expect(String(output.read())).toBe(
    '  1 of 4: 1 accepted\n  3 of 4: 3 accepted\n  4 of 4: 4 accepted\n',
  );
});

test('on a terminal changes one line in place, no wider than it is', () => {
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 30 });
  const screen = new Screen(output);
  const progress = new DialingProgress(screen);
  progress.show(status({ pending: 1, outcomes: { accepted: 1 } }));
  progress.show(status({ pending: 1, outcomes: { accepted: 1 } }));
  screen.line('done');
  expect(String(output.read())).toBe(
    `${'\r\u001b[K  ██████████░░░░░░░░░░  1 of '.repeat(2)}\r\u001b[Kdone\n`,
  );
});
