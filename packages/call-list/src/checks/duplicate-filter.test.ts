import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DuplicateFilter } from './duplicate-filter.ts';

describe('DuplicateFilter', () => {
  it('answers as a set of the ids would', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 300 }), (ids) => {
        const filter = new DuplicateFilter();
        const seen = new Set<string>();
        for (const id of ids) {
          expect(filter.add(id)).toBe(seen.has(id));
          seen.add(id);
        }
      }),
    );
  });

  it('tells apart the ids of a large list while it grows', () => {
    const filter = new DuplicateFilter();
    const ids = Array.from({ length: 100_000 }, (_, index) =>
      createHash('md5').update(`${index}`).digest('base64url'),
    );
    expect(ids.filter((id) => filter.add(id))).toEqual([]);
    expect(ids.every((id) => filter.add(id))).toBe(true);
  });

  it('takes at most 5 bytes for each further call', () => {
    const filter = new DuplicateFilter();
    for (let index = 0; index < 100_000; index += 1) filter.add(`call-${index}`);
    const before = filter.byteLength;
    for (let index = 100_000; index < 500_000; index += 1) filter.add(`call-${index}`);
    expect(filter.byteLength - before).toBeLessThan(400_000 * 5);
  });
});
