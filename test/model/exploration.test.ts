import { describe, expect, test } from 'vitest';
import { explore, type Flaw, tell } from './explorer.ts';
import { MUTANTS } from './mutants.ts';
import { IS_THOROUGH, SCOPES, SMALLER_SCOPES } from './scopes.ts';

describe('in every world that can come about', () => {
  test.each(Object.entries(IS_THOROUGH ? SCOPES : SMALLER_SCOPES))(
    '%s: every promise is kept',
    (_, scope) => {
      const { flaw, atRest } = explore(scope);
      expect(story(flaw)).toBe('');
      expect(atRest).toBeGreaterThan(0);
    },
  );
});

describe('the explorer finds what is wrong with', () => {
  const flaws = Object.entries(MUTANTS).map(
    ([name, { breaks, scope, protocol }]) =>
      [name, breaks, once(() => explore(scope, { protocol, promises: [breaks] }).flaw)] as const,
  );

  test.each(flaws)('%s', (_, breaks, flaw) => {
    expect(flaw()?.broken).toEqual([breaks]);
  });

  test('each of them, and tells it as it always did', async () => {
    const stories = flaws.map(([name, , flaw]) => `# ${name}\n\n${story(flaw())}\n`);
    await expect(stories.join('\n')).toMatchFileSnapshot('stories.txt');
  });
});

/** Exploring takes a while. */
function once<T>(compute: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => {
    known ??= { value: compute() };
    return known.value;
  };
}

function story(flaw: Flaw | undefined): string {
  return flaw === undefined ? '' : tell(flaw);
}
