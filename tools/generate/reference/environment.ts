import { forwardConfig, serveConfig } from '@libby-dialer/daemon';
import { doctorConfig } from '@libby-dialer/operations';
import { documentedVariables, type Schema } from '@libby-dialer/runtime';
import { consoleConfig } from '../../../apps/console/src/config.ts';
import { workerConfig } from '../../../apps/worker/src/config.ts';
import { item, page, sentence, wrapped } from './markdown.ts';

type Variable = ReturnType<typeof documentedVariables>[number];

/** In the order of the page: what an earlier one reads is not told again. */
const READERS: readonly (readonly [heading: string, schema: Schema])[] = [
  ['Every program', { redis: serveConfig.redis, log: serveConfig.log }],
  ['The worker', workerConfig],
  ['The daemon (`enqueuer serve`)', serveConfig],
  ['The forwarder (`enqueuer forward`)', forwardConfig],
  ['The console', consoleConfig],
];

export function environmentPage(): string {
  const told = new Set<string>();
  const sections = READERS.map(([heading, schema]) => {
    const variables = documentedVariables(schema).filter(({ name }) => !told.has(name));
    for (const { name } of variables) told.add(name);
    return `## ${heading}\n\n${variables.map(entryOf).join('\n')}`;
  });
  const unknown = documentedVariables(doctorConfig).filter(({ name }) => !told.has(name));
  if (unknown.length > 0) throw new Error('doctor reads variables that no other program does');
  return page(
    'Environment',
    'the variables that the programs declare',
    wrapped(
      'Checked once at the start; all problems are reported together, by name, and the exit code is 2. A variable that looks like a misspelling of one of these is warned of. A file `.env` in the working directory says what the environment does not.',
    ),
    wrapped(
      'A secret may come from a file: `NAME_FILE=/run/secrets/x` in place of `NAME`. Where that is so, it is said below. In brackets: the default.',
    ),
    ...sections,
    '## Of Node.js',
    item(
      '`NODE_EXTRA_CA_CERTS`: a file of further authorities to trust, in PEM. It may stand in `.env` as well.',
    ),
  );
}

function entryOf({ name, fromFile, whenUnset, shownDefault, about }: Variable): string {
  if (about === undefined) throw new Error(`${name} does not say what it is for`);
  const file = fromFile ? ` or \`${name}_FILE\`` : '';
  const value =
    whenUnset === undefined ? 'required' : shownDefault === undefined ? '' : `\`${shownDefault}\``;
  return item(`**\`${name}\`**${file}${value === '' ? '' : ` (${value})`}: ${sentence(about)}`);
}
