import { findLibfaketime } from '@libby-dialer/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { Copies } from './mutant.ts';
import { CONTROLS } from './mutants.ts';

const HAS_LIBFAKETIME = findLibfaketime() !== undefined;
const controls = Object.entries(CONTROLS);

const copies = new Copies();
afterAll(() => copies[Symbol.asyncDispose]());

describe('the harness catches it when', () => {
  it.concurrent.for(controls.filter(([, { killedBy }]) => killedBy === undefined))(
    '%s',
    async ([, { scenario, mutations, setsClock = false }], { skip }) => {
      skip(setsClock && !HAS_LIBFAKETIME, 'needs libfaketime (Debian: apt-get install faketime)');
      await using mutant = await copies.mutant(mutations);
      expect(await scenario(mutant.root)).not.toEqual([]);
    },
  );
});
