import { findLibfaketime } from '@libby-dialer/testkit';
import { describe, expect, it } from 'vitest';
import { Mutant } from './mutant.ts';
import { CONTROLS } from './mutants.ts';
import { IN_THE_END_MS } from './patience.ts';
import { ROOT } from './root.ts';

const HAS_LIBFAKETIME = findLibfaketime() !== undefined;

describe('the harness catches it when', () => {
  it.concurrent.for(Object.entries(CONTROLS))(
    '%s',
    { timeout: IN_THE_END_MS },
    async ([, { scenario, mutations, setsClock = false }], { skip }) => {
      skip(setsClock && !HAS_LIBFAKETIME, 'needs libfaketime (Debian: apt-get install faketime)');
      await using mutant = await Mutant.make(mutations);
      expect(await scenario(mutant.root)).not.toEqual([]);
    },
  );
});

describe('without the mistake nothing is found where it showed', () => {
  const scenarios = new Map(
    Object.entries(CONTROLS).map(([name, control]) => [control.scenario, { name, ...control }]),
  );
  it.concurrent.for([...scenarios.values()])(
    '$name',
    { timeout: IN_THE_END_MS },
    async ({ scenario, setsClock = false }, { skip }) => {
      skip(setsClock && !HAS_LIBFAKETIME, 'needs libfaketime (Debian: apt-get install faketime)');
      expect(await scenario(ROOT)).toEqual([]);
    },
  );
});
