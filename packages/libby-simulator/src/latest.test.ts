import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Latest } from './latest.ts';

test('keeps the latest in order and gives back what must go', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.array(fc.integer()), (capacity, items) => {
      const latest = new Latest<number>(capacity);
      const evicted = items.map((item) => latest.add(item)).filter((item) => item !== undefined);
      const kept = Math.min(capacity, items.length);
      expect(latest.toArray()).toEqual(items.slice(items.length - kept));
      expect(evicted).toEqual(items.slice(0, items.length - kept));
    }),
  );
});
