import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { enqueuerProgram } from './cli.ts';

const ROOT = join(import.meta.dirname, '../../..');
const program = enqueuerProgram();
type Command = typeof program;

/** Code on a line or in a block; a command that a block breaks over lines is put together. */
function codeIn(markdown: string): string[] {
  const joined = markdown.replaceAll(/\\\n\s*/g, '');
  return [...joined.matchAll(/^```sh\n(.*?)^```|`([^`\n]+)`/gms)].flatMap(
    ([, block, span = '']) => block?.split('\n') ?? [span],
  );
}

/** At the beginning of a command, or as a service of Docker compose. */
const RUNS =
  /(?<=^\s*|[|;&(]\s*|run --rm (?:-T )?(?:simulated-|worker )?)(?:\.\/bin\/)?enqueuer ([^#|;&)]+)/g;

/** The words after `enqueuer`, wherever a line of code runs it. */
function commandsIn(code: string): string[][] {
  return [...code.matchAll(RUNS)].map(([, words = '']) => words.trim().split(/\s+/));
}

/** What is wrong with it, if anything is. */
function problemOf(words: readonly string[]): string | undefined {
  let command: Command | undefined = program;
  let isNamed = false;
  for (const word of words) {
    const below: Command | undefined = command.commands.find((each) => each.name() === word);
    if (below !== undefined) {
      command = below;
      isNamed = true;
    } else if (!isNamed && /^[a-z]/.test(word)) {
      return `no command ${word}`;
    } else if (/^--[a-z]/.test(word) && !hasOption(command, word)) {
      return `${command.name()} has no ${word}`;
    }
  }
  return undefined;
}

function hasOption(command: Command, flag: string): boolean {
  return (
    ['--help', '--version'].includes(flag) || command.options.some(({ long }) => long === flag)
  );
}

test('every command of the enqueuer that a document names exists, with its options', () => {
  const files = globSync('**/*.md', { cwd: ROOT, exclude: ['**/node_modules', '.toolchain'] });
  const named = files.flatMap((file) =>
    codeIn(readFileSync(join(ROOT, file), 'utf8'))
      .flatMap(commandsIn)
      .map((words) => ({ file, words })),
  );
  expect(named.length).toBeGreaterThan(100);
  const problems = named.flatMap(({ file, words }) => {
    const problem = problemOf(words);
    return problem === undefined ? [] : [`${file}: enqueuer ${words.join(' ')}: ${problem}`];
  });
  expect(problems).toEqual([]);
});
