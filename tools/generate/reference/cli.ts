import { Readable } from 'node:stream';
import { Redactor } from '@libby-dialer/runtime';
import { createProgram } from '../../../apps/enqueuer/src/cli.ts';
import { item, page, sentence, wrapped } from './markdown.ts';

type Command = ReturnType<typeof createProgram>['commands'][number];
type Argument = Command['registeredArguments'][number];
type Option = Command['options'][number];

interface Page {
  readonly file: string;
  readonly title: string;
  readonly names: readonly string[];
}

/** Which commands stand on which page. */
const PAGES: readonly Page[] = [
  {
    file: 'cli-campaigns.md',
    title: 'Commands for campaigns',
    names: ['load', 'status', 'results', 'find', 'pause', 'resume', 'cancel', 'retry', 'campaign'],
  },
  {
    file: 'cli-operation.md',
    title: 'Commands for operation',
    names: ['workers', 'doctor', 'hold', 'in-doubt', 'set-aside'],
  },
  {
    file: 'cli-people.md',
    title: 'Commands for people',
    names: ['suppress', 'erase'],
  },
  {
    file: 'cli-services.md',
    title: 'Commands for schedules and services',
    names: ['serve', 'schedule', 'inbox', 'forward'],
  },
  {
    file: 'cli-access.md',
    title: 'Commands for access and audit',
    names: ['access', 'audit'],
  },
];
const SOURCE = 'the commands of the enqueuer';

export function cliPages(): Record<string, string> {
  const program = enqueuerProgram();
  const rest = new Set(program.commands.map((command) => command.name()));
  const pages = PAGES.map(({ file, title, names }) => {
    const commands = names.map((name) => commandOf(program, name));
    for (const name of names) rest.delete(name);
    return [file, page(title, SOURCE, ...commands.map((command) => sectionOf(command)))] as const;
  });
  if (rest.size > 0)
    throw new Error(`tools/generate/reference/cli.ts has no page for ${[...rest].join(', ')}`);
  return { 'cli.md': overview(program), ...Object.fromEntries(pages) };
}

/** All its commands, to be described and not to be run. */
export function enqueuerProgram(): Command {
  const { stdout, stderr } = process;
  return createProgram(
    {
      stdin: Readable.from([]),
      stdout,
      stderr,
      environment: () => ({}),
      signal: new AbortController().signal,
      redactor: new Redactor(),
    },
    async () => {},
  );
}

function commandOf(program: Command, name: string): Command {
  const command = program.commands.find((each) => each.name() === name);
  if (command === undefined) throw new Error(`there is no command ${name}`);
  return command;
}

function overview(program: Command): string {
  const groups = PAGES.map(({ file, title, names }) => {
    const lines = names.map((name) => {
      const summary = firstSentence(commandOf(program, name));
      return item(`[\`${name}\`](${file}#${name}): ${summary}`);
    });
    return `**[${title}](${file})**\n\n${lines.join('\n')}`;
  });
  return page(
    'The command line',
    SOURCE,
    '## `./bin/enqueuer`',
    ...groups,
    '## The other programs',
    [
      item(
        '`./bin/worker` dials until it is stopped. `--help` lists its [environment](environment.md).',
      ),
      item('`./bin/console` serves [the page](../guide/console.md) and the HTTP API.'),
      item(
        '`./bin/simulator` plays the provider: [libby-simulator](../../packages/libby-simulator).',
      ),
      item('`npm start` dials the examples, or a list of yours, through the simulator.'),
      item(
        '`npm start -- <list> --campaign <file> --live [--yes]` dials real phones; it asks first, unless `--yes`.',
      ),
    ].join('\n'),
    '## What they have in common',
    [
      item('`--help` and `--version` work everywhere.'),
      item('Standard output has only what you asked for. Progress and logs go to standard error.'),
      item('`--json` prints one JSON object on standard output.'),
      item('`--by` says who decides; it is kept for audit. Left out: your user name.'),
      item('A command that asks does so on a terminal only.'),
    ].join('\n'),
    '## Exit codes',
    [
      item('`0`: done.'),
      item('`1`: failed, and why is on standard error.'),
      item('`2`: bad usage, configuration or campaign file, or no such campaign.'),
      item('`3`: done, but rows were rejected.'),
      item('`130`: interrupted.'),
    ].join('\n'),
  );
}

function firstSentence(command: Command): string {
  return sentence(/^.*?[.](?= |$)/.exec(command.description())?.[0] ?? '');
}

/** A command and all below it. */
function sectionOf(command: Command): string {
  const blocks = [`## ${command.name()}`, ...blocksOf(command)];
  for (const below of everyBelow(command)) blocks.push(`### ${pathOf(below)}`, ...blocksOf(below));
  return blocks.join('\n\n');
}

function everyBelow(command: Command): Command[] {
  return command.commands.flatMap((below) => [below, ...everyBelow(below)]);
}

function blocksOf(command: Command): string[] {
  const { registeredArguments, options } = command;
  const entries = [
    ...registeredArguments.map(argumentEntry),
    ...options.filter(({ hidden }) => !hidden).map(optionEntry),
  ];
  const usage = [
    ...registeredArguments.map(argumentText),
    ...options.filter(isMandatory).map(flagsOf),
  ];
  const isGroup = command.commands.length > 0 && entries.length === 0;
  const text = isGroup
    ? sentence(command.description())
    : `\`${['enqueuer', pathOf(command), ...usage].join(' ')}\`: ${sentence(command.description())}`;
  return [wrapped(text), ...(entries.length > 0 ? [entries.join('\n')] : [])];
}

function pathOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${pathOf(parent)} ${command.name()}` : command.name();
}

function argumentText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function argumentEntry(argument: Argument): string {
  return item(`\`${argumentText(argument)}\`: ${sentence(argument.description)}`);
}

function isMandatory({ mandatory }: Option): boolean {
  return mandatory;
}

function flagsOf({ flags }: Option): string {
  return flags;
}

function optionEntry({ flags, description, mandatory, argChoices, defaultValue }: Option): string {
  const facts = [
    ...(mandatory ? ['required'] : []),
    ...(argChoices === undefined ? [] : [argChoices.map((choice) => `\`${choice}\``).join(', ')]),
    ...(defaultValue === undefined ? [] : [`default: \`${String(defaultValue)}\``]),
  ];
  const said = facts.length === 0 ? '' : ` (${facts.join('; ')})`;
  return item(`\`${flags}\`${said}: ${sentence(description)}`);
}
