/**
 * `npm run bench`: the benches there are, each with what it measures and its options; with a name,
 * runs that one. Both are read from the comment that each file in `bench/` opens with.
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../bench');

const names = globSync('*.ts', { cwd: FOLDER })
  .map((file) => basename(file, '.ts'))
  .toSorted();

/** What it measures up to the first colon, its command, and what there is to know beside that. */
function headerOf(name: string): { subject: string; command: string; details: string } {
  const text = readFileSync(join(FOLDER, `${name}.ts`), 'utf8');
  const [, comment = ''] = /^\/\*\*\n(.*?)\n \*\//s.exec(text) ?? [];
  const paragraphs = comment.replaceAll(/^ \* ?/gm, '').split('\n\n');
  const [subject = '', command = '', ...details] = paragraphs;
  return {
    subject: subject.replaceAll('\n', ' ').replace(/:$/, ''),
    command: command.trim().replaceAll(/\n\s+/g, ' '),
    details: details.join('\n\n'),
  };
}

function listAll(): string {
  const entries = names.map((name) => {
    const { subject, command } = headerOf(name);
    return `  ${command}\n      ${subject}\n`;
  });
  return `${entries.join('\n')}\nWith --help a bench says more. Figures: bench/README.md\n`;
}

function explain(name: string): string {
  const { subject, command, details } = headerOf(name);
  return `${[command, subject, details].filter(Boolean).join('\n\n')}\n`;
}

const [name, ...options] = process.argv.slice(2);
if (name === undefined || name === '--help') process.stdout.write(listAll());
else if (!names.includes(name)) {
  process.stderr.write(`There is no bench called ${name}: choose of ${names.join(', ')}.\n`);
  process.exitCode = 2;
} else if (options.includes('--help')) process.stdout.write(explain(name));
else {
  process.argv.splice(1, 2, join(FOLDER, `${name}.ts`));
  await import(`../bench/${name}.ts`);
}
