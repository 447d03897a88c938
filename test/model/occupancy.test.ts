import { startRedis, type TestRedis } from '@libby-dialer/testkit';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Move, Occupancy, type Who } from './occupancy.ts';
import { IS_THOROUGH } from './scopes.ts';

const RUNS = IS_THOROUGH ? 150 : 60;
const MOVES = 60;

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

const call = fc.nat({ max: Occupancy.calls - 1 });
const who = fc.constantFrom<Who>('latest', 'latest', 'somebody');
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      call,
      who: fc.constantFrom<Who>('latest', 'somebody'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('renew' as const), call }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      call,
      who,
      outcome: fc.constantFrom(
        'accepted' as const,
        'unknown' as const,
        'rejected' as const,
        'exhausted' as const,
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const), call, who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), call, who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      minutes: fc.constantFrom(1, 4, 7, 13, 31, 121),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'back_up' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restore' as const }) },
);

test('places on lines, calls in flight and calls to people agree with what became of each claim', async () => {
  const property = fc.asyncProperty(
    fc.array(move, { minLength: 1, maxLength: MOVES }),
    async (moves) => {
      using occupancy = await Occupancy.on(server);
      for (const each of moves) {
        await occupancy.make(each);
        expect(await occupancy.standing()).toEqual(occupancy.expected());
      }
      await occupancy.end();
      expect(await occupancy.standing()).toEqual(occupancy.nothing());
    },
  );
  // What fails is told with its seed, and as the shortest list of moves that does.
  await expect(fc.assert(property, { numRuns: RUNS })).resolves.toBeUndefined();
});
