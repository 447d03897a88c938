import { describe, expect, it } from 'vitest';
import { type Evidence, violationsIn } from './checks.ts';
import { runNights } from './night-run.ts';
import {
  Almanac,
  isBad,
  isListMissing,
  keyOfEntry,
  keyOfRow,
  type Plan,
  ROWS_OF_A_NIGHT,
} from './plan.ts';

const PLAN: Plan = { seed: 1, nights: 4, entries: 1000, producers: 4, daemons: 2, workers: 1 };
// For longer: npm run nights
it('each night runs once and each entry is one call, while daemons are killed', async () => {
  const { violations, kills, runs } = await runNights(PLAN);
  expect(violations).toEqual([]);
  expect(kills).toBeGreaterThan(0);
  expect(runs).toEqual({ loaded: 3, failed: 1 });
});

describe('what is found', () => {
  const almanac = new Almanac(0);
  const plan = { ...PLAN, entries: 10 };
  const night = almanac.dateOf(0);

  /** All as it should be: the entries' stream ids are `1-<index>`. */
  function evidence(): Evidence & {
    runs: Map<string, Evidence['runs'] extends ReadonlyMap<string, infer Runs> ? Runs : never>;
  } {
    const indexes = Array.from({ length: plan.entries }, (_, index) => index);
    const nights = Array.from({ length: plan.nights }, (_, each) => each);
    const bad = indexes.filter(isBad);
    const rows = nights
      .filter((each) => !isListMissing(each))
      .flatMap((each) => Array.from({ length: ROWS_OF_A_NIGHT }, (_, row) => keyOfRow(each, row)));
    return {
      pushed: indexes.map((index) => ({ id: `1-${index}`, index })),
      statuses: new Map(
        indexes.map((index) => [
          `1-${index}`,
          isBad(index)
            ? { kind: 'rejected', code: 'bad_json' }
            : { kind: 'queued', campaign: 'orders', callId: `call-${index}` },
        ]),
      ),
      runs: new Map(
        nights.map((each) => {
          const end = isListMissing(each)
            ? ({ state: 'failed', reason: 'list_missing' } as const)
            : ({ state: 'loaded' } as const);
          return [almanac.dateOf(each), [{ local: '', campaign: '', dueAt: 0, ...end }]];
        }),
      ),
      requested: [...rows, ...indexes.filter((index) => !isBad(index)).map(keyOfEntry)],
      rejected: bad.map((index) => `1-${index}`),
    };
  }

  const found = (change: Partial<Evidence> = {}) =>
    violationsIn(plan, almanac, { ...evidence(), ...change });

  it('is nothing where nothing is wrong', () => {
    expect(found()).toEqual([]);
  });

  it('is a call too many, one too few, and one that nobody asked for', () => {
    const { requested } = evidence();
    expect(found({ requested: [...requested, 'order-0'] })).toEqual(['order-0 was called 2 times']);
    expect(found({ requested: requested.slice(1) })).toEqual(['night-0-0 was called 0 times']);
    expect(found({ requested: [...requested, 'order-7'] })).toEqual([
      'order-7 was called, which nobody asked for',
    ]);
  });

  it('is a night that was forgotten, missed, or run twice', () => {
    const run = evidence().runs.get(night) ?? [];
    const withRuns = (runs: typeof run) =>
      found({ runs: new Map([...evidence().runs, [night, runs]]) });
    expect(withRuns([])).toEqual([`night 0 (${night}) is forgotten, not loaded`]);
    expect(withRuns([...run, ...run])).toEqual([`night 0 (${night}) is loaded,loaded, not loaded`]);
    expect(
      withRuns(run.map((each) => ({ ...each, state: 'missed', reason: 'too_late' }))),
    ).toHaveLength(1);
  });

  it('is an entry without a status or with another, and an order that is two calls', () => {
    const { statuses, pushed } = evidence();
    expect(found({ statuses: new Map([...statuses, ['1-0', 'waiting']]) })).toEqual([
      'entry 1-0 of order-0 is waiting',
    ]);
    expect(found({ statuses: new Map([...statuses, ['1-7', { kind: 'erased' }]]) })).toEqual([
      'entry 1-7 of order-7 is erased',
    ]);
    const again = { id: '2-0', index: 0 };
    const other = { kind: 'queued', campaign: 'orders', callId: 'call-x' } as const;
    expect(
      found({ pushed: [...pushed, again], statuses: new Map([...statuses, ['2-0', other]]) }),
    ).toEqual(['order-0 is two calls']);
    expect(found({ pushed: pushed.slice(1) })).toEqual(['order-0 was never pushed']);
  });

  it('is an entry that is rejected twice, or not, or wrongly', () => {
    expect(found({ rejected: [] })).toEqual(['entry 1-7 stands 0 times among the rejects']);
    expect(found({ rejected: ['1-7', '1-7'] })).toEqual([
      'entry 1-7 stands 2 times among the rejects',
    ]);
    expect(found({ rejected: ['1-7', '1-0'] })).toEqual([
      'entry 1-0 stands among the rejects and can be called',
    ]);
  });
});
