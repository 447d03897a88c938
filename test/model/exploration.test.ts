import { describe, expect, test } from 'vitest';
import { explore, type Flaw, tell } from './explorer.ts';
import { MUTANTS } from './mutants.ts';
import { SCOPES } from './scopes.ts';

const PATIENCE_MS = 120_000;

describe('in every world that can come about', { timeout: PATIENCE_MS }, () => {
  test.each(Object.entries(SCOPES))('%s: every promise is kept', (name, scope) => {
    const { flaw, states, moves, atRest, depth } = explore(scope);
    expect(story(flaw)).toBe('');
    expect(atRest).toBeGreaterThan(0);
    process.stdout.write(
      `${name}: ${states} states, ${moves} moves, ${atRest} ends, at most ${depth} steps away\n`,
    );
  });
});

describe('the explorer finds what is wrong with', { timeout: PATIENCE_MS }, () => {
  test.each(Object.entries(MUTANTS))('%s', (_, { breaks, scope, protocol }) => {
    expect(explore(scope, { protocol, promises: [breaks] }).flaw?.broken).toEqual([breaks]);
  });

  test('each of them, and tells it as it always did', async () => {
    const stories = Object.entries(MUTANTS).map(([name, { breaks, scope, protocol }]) => {
      const { flaw } = explore(scope, { protocol, promises: [breaks] });
      return `# ${name}\n\n${story(flaw)}\n`;
    });
    await expect(stories.join('\n')).toMatchFileSnapshot('stories.txt');
  });
});

function story(flaw: Flaw | undefined): string {
  return flaw === undefined ? '' : tell(flaw);
}
