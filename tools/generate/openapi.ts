/**
 * The HTTP API as an OpenAPI document, for those who generate clients of their own. `npm run
 * generate` writes it; `--check` fails when it is not current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from '@libby-dialer/http-api';

const FILE = join(import.meta.dirname, '../../schemas', 'openapi.json');

const text = `${JSON.stringify(openApiDocument(), null, 2)}\n`;
if (readStored() !== text) {
  if (process.argv.includes('--check')) {
    console.error('schemas/openapi.json is not current; run: npm run generate');
    process.exitCode = 1;
  } else {
    writeFileSync(FILE, text);
  }
}

function readStored(): string | undefined {
  try {
    return readFileSync(FILE, 'utf8');
  } catch {
    return undefined;
  }
}
