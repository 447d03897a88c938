import { type Schema, type Variable, variablesOf } from './config.ts';

const WIDTH = 100;
const NAME_WIDTH = 28;

/** The variables that people set. Those in small letters are other spellings of these. */
export function documentedVariables(schema: Schema): Variable<unknown>[] {
  return variablesOf(schema).filter(({ name }) => name === name.toUpperCase());
}

/** What `--help` says of the environment. */
export function variablesHelp(schema: Schema): string {
  return documentedVariables(schema).map(entryOf).join('');
}

function entryOf({ name, about = '', whenUnset, shownDefault }: Variable<unknown>): string {
  const start = whenUnset === undefined ? `required: ${about}` : about;
  const text = shownDefault === undefined ? start : `${start} (${shownDefault})`;
  const [first = '', ...rest] = linesOf(text, WIDTH - NAME_WIDTH - 2);
  const indent = ' '.repeat(NAME_WIDTH + 2);
  return [
    `  ${name.padEnd(NAME_WIDTH)}${first}`,
    ...rest.map((line) => `${indent}${line}`),
    '',
  ].join('\n');
}

function linesOf(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
