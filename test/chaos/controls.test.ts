import { describe, expect, it } from 'vitest';
import { Mutant } from './mutant.ts';
import { CONTROLS } from './mutants.ts';
import { ROOT } from './root.ts';

const IN_THE_END = 150_000;

describe('the harness catches it when', () => {
  it.concurrent.each(Object.entries(CONTROLS))(
    '%s',
    async (_, { scenario, mutations }) => {
      await using mutant = await Mutant.make(mutations);
      expect(await scenario(mutant.root)).not.toEqual([]);
    },
    IN_THE_END,
  );
});

describe('without the mistake nothing is found where it showed', () => {
  const scenarios = new Map(Object.entries(CONTROLS).map(([name, { scenario }]) => [scenario, name]));
  it.concurrent.each([...scenarios].map(([scenario, name]) => [name, scenario] as const))(
    '%s',
    async (_, scenario) => {
      expect(await scenario(ROOT)).toEqual([]);
    },
    IN_THE_END,
  );
});
