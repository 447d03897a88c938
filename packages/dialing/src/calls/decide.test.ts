import { assert, constantFrom, integer, oneof, property, record, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Circumstances, decide } from './decide.ts';
import { OUTCOMES, REASONS } from './outcome.ts';

const USUAL: Circumstances = { isOwnLine: false, isRenewed: false, failures: 0, maxFailures: 4 };

const asked = (retryAfterMs: number) =>
  decide({ delivery: 'refused', code: 'rate_limited', retryAfterMs }, USUAL);

describe('what a request’s end leads to', () => {
  it.each([
    ['accepted', 'accepted', { outcome: 'accepted', reason: 'accepted' }],
    ['refused', 'bad_request', { outcome: 'rejected', reason: 'bad_request', run: 'rejections' }],
    [
      'refused',
      'payload_too_large',
      { outcome: 'rejected', reason: 'payload_too_large', run: 'rejections' },
    ],
    [
      'refused',
      'unprocessable',
      { outcome: 'rejected', reason: 'unprocessable', run: 'rejections' },
    ],
    ['unknown', 'no_response', { outcome: 'unknown', reason: 'no_response', run: 'doubts' }],
    ['unknown', 'server_error', { outcome: 'unknown', reason: 'server_error', run: 'doubts' }],
    ['unknown', 'conflict', { outcome: 'unknown', reason: 'conflict', run: 'doubts' }],
    ['unknown', 'bad_response', { outcome: 'unknown', reason: 'bad_response', run: 'doubts' }],
    ['unknown', 'something new', { outcome: 'unknown', reason: 'connection_lost', run: 'doubts' }],
  ] as const)('%s %s settles', (delivery, code, settled) => {
    expect(decide({ delivery, code }, USUAL)).toEqual({ kind: 'settle', ...settled });
  });

  it('renews a refused token once, then holds everything', () => {
    const refused = { delivery: 'refused', code: 'forbidden' } as const;
    expect(decide(refused, USUAL)).toEqual({ kind: 'renew' });
    expect(decide(refused, { ...USUAL, isRenewed: true })).toMatchObject({
      kind: 'hold',
      scope: 'all',
      hold: 'forbidden',
    });
  });

  it('blames the row for its own line and the line for the campaign’s', () => {
    const refused = { delivery: 'refused', code: 'agent_not_found' } as const;
    expect(decide(refused, { ...USUAL, isOwnLine: true })).toMatchObject({
      kind: 'settle',
      outcome: 'rejected',
    });
    expect(decide(refused, USUAL)).toMatchObject({ kind: 'hold', scope: 'line' });
  });

  it('waits as long as it is asked to, within an hour', () => {
    expect(asked(7000)).toMatchObject({ kind: 'hold', hold: 'rate_limited', retryAfterMs: 7000 });
    expect(asked(9e9)).toMatchObject({ retryAfterMs: 3_600_000 });
  });

  it('tries again what never went out, up to the limit, and spends nothing on what we stopped', () => {
    const failed = { delivery: 'not_sent', code: 'connect_failed' } as const;
    expect(decide(failed, { ...USUAL, failures: 2 })).toEqual({
      kind: 'retry',
      reason: 'connect_failed',
    });
    expect(decide(failed, { ...USUAL, failures: 3 })).toMatchObject({
      kind: 'settle',
      outcome: 'exhausted',
    });
    expect(decide({ delivery: 'not_sent', code: 'not_sent' }, { ...USUAL, failures: 99 })).toEqual({
      kind: 'put_back',
    });
  });

  it('is total, and never dials again what may have gone out', () => {
    const sightings = record({
      delivery: constantFrom('accepted', 'refused', 'not_sent', 'unknown'),
      code: oneof(string(), constantFrom(...REASONS)),
      retryAfterMs: integer({ min: 0 }),
    });
    assert(
      property(sightings, integer({ min: 0, max: 10 }), (seen, failures) => {
        const decision = decide(seen, { ...USUAL, failures });
        const isFinal = seen.delivery === 'accepted' || seen.delivery === 'unknown';
        expect(isFinal && (decision.kind !== 'settle' || decision.outcome !== seen.delivery)).toBe(
          false,
        );
        const settled =
          decision.kind === 'settle' ? decision : { outcome: 'accepted', reason: 'accepted' };
        expect(OUTCOMES).toContain(settled.outcome);
        expect(REASONS).toContain(settled.reason);
        expect(settled.outcome === 'exhausted' && seen.delivery !== 'not_sent').toBe(false);
      }),
    );
  });
});
