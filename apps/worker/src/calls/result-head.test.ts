import { OUTCOMES, REASONS, resultRecordSchema } from '@libby-dialer/dialing';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { resultHead, type SettledFacts } from './result-head.ts';

const instants = fc.integer({ min: 0, max: 4_102_444_800_000 });
const text = fc.string({ unit: 'binary' });
const facts: fc.Arbitrary<SettledFacts> = fc.record(
  {
    callId: text,
    campaign: text,
    call: fc.record({ to: text, name: text, externalId: text }, { requiredKeys: ['to', 'name'] }),
    line: text,
    outcome: fc.constantFrom(...OUTCOMES),
    reason: fc.constantFrom(...REASONS),
    httpStatus: fc.integer({ min: 100, max: 599 }),
    providerMessage: text,
    source: fc.record(
      {
        row: fc.integer({ min: 1, max: 1e9 }),
        list: text,
        listHash: text,
        sheetRow: fc.integer({ min: 1, max: 1e9 }),
        line: fc.integer({ min: 1, max: 1e9 }),
      },
      { requiredKeys: [] },
    ),
    attempts: fc.nat(),
    queuedAt: instants,
    dialedAt: instants,
    settledAt: instants,
    worker: text,
  },
  {
    requiredKeys: [
      'callId',
      'campaign',
      'call',
      'source',
      'line',
      'outcome',
      'reason',
      'attempts',
      'queuedAt',
      'settledAt',
      'worker',
    ],
  },
);

test('with the revision that the settle script adds it is a result record, whatever the call holds', () => {
  fc.assert(
    fc.property(facts, (known) => {
      const record = resultRecordSchema.parse(JSON.parse(`${resultHead(known)},"revision":1}`));
      expect(record).toEqual({
        callId: known.callId,
        campaign: known.campaign,
        toPhoneNumber: known.call.to,
        fromPhoneNumber: known.line,
        name: known.call.name,
        outcome: known.outcome,
        reason: known.reason,
        attempts: known.attempts,
        queuedAt: new Date(known.queuedAt).toISOString(),
        settledAt: new Date(known.settledAt).toISOString(),
        worker: known.worker,
        revision: 1,
        ...(known.call.externalId !== undefined && { externalId: known.call.externalId }),
        ...known.source,
        ...(known.httpStatus !== undefined && { httpStatus: known.httpStatus }),
        ...(known.providerMessage !== undefined && { providerMessage: known.providerMessage }),
        ...(known.dialedAt !== undefined && { dialedAt: new Date(known.dialedAt).toISOString() }),
      });
    }),
  );
});
