import type { ResultRecord } from '@libby-dialer/dialing';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ResultShelf } from './result-shelf.ts';

const record = (callId: string, revision: number): ResultRecord =>
  ({ callId, revision, name: 'Ada', providerMessage: 'ü'.repeat(revision % 700) }) as ResultRecord;

test('finds the latest of each call, in whatever order they are asked for', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.nat(2000)), { maxLength: 5000 }),
      async (puts) => {
        await using shelf = await ResultShelf.open();
        for (const [call, revision] of puts) await shelf.put(record(`c${call}`, revision));
        await shelf.flush();
        const latest = new Map(puts);
        const asked = Array.from({ length: 200 }, (_, index) => (index * 677) % 3001);
        const found = await shelf.find(asked.map((call) => `c${call}`));
        expect(found.map((each) => each?.revision)).toEqual(asked.map((call) => latest.get(call)));
        expect(found.every((each) => each === undefined || !('name' in each))).toBe(true);
      },
    ),
    { numRuns: 20 },
  );
});
