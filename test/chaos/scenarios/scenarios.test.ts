import { findLibfaketime } from '@libby-dialer/testkit';
import { describe, expect, it } from 'vitest';
import { CONTROLS } from '../mistakes/mutants.ts';
import { ROOT } from '../root.ts';

const HAS_LIBFAKETIME = findLibfaketime() !== undefined;

describe('without the mistake nothing is found where it shows', () => {
  const scenarios = new Map(
    Object.entries(CONTROLS).map(([name, control]) => [control.scenario, { name, ...control }]),
  );
  it.concurrent.for([...scenarios.values()])(
    '$name',
    async ({ scenario, setsClock = false }, { skip }) => {
      skip(setsClock && !HAS_LIBFAKETIME, 'needs libfaketime (Debian: apt-get install faketime)');
      expect(await scenario(ROOT)).toEqual([]);
    },
  );
});
