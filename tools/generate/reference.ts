/**
 * Pages of docs, written from what the programs themselves are made of: the commands, the
 * campaign's schema, the variables, the metrics and the rules of regions. `npm run generate` writes
 * them; `--check` fails when one is not current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { campaignFilePage } from './reference/campaign-file.ts';
import { cliPages } from './reference/cli.ts';
import { cliOverHttpPage } from './reference/cli-over-http.ts';
import { environmentPage } from './reference/environment.ts';
import { metricsPage } from './reference/metrics.ts';
import { regionsPage } from './reference/regions.ts';

const FOLDER = join(import.meta.dirname, '../../docs');

const pages: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(cliPages()).map(([name, text]) => [`reference/${name}`, text]),
  ),
  'reference/campaign-file.md': campaignFilePage(),
  'reference/cli-over-http.md': cliOverHttpPage(),
  'reference/environment.md': environmentPage(),
  'reference/metrics.md': await metricsPage(),
  'rules/regions.md': regionsPage(),
};

function readStored(name: string): string | undefined {
  try {
    return readFileSync(join(FOLDER, name), 'utf8');
  } catch {
    return undefined;
  }
}

const isCheck = process.argv.includes('--check');
for (const [name, text] of Object.entries(pages)) {
  if (readStored(name) === text) continue;
  if (isCheck) {
    console.error(`docs/${name} is not current; run: npm run generate`);
    process.exitCode = 1;
  } else {
    writeFileSync(join(FOLDER, name), text);
  }
}
