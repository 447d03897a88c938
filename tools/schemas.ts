/**
 * JSON Schemas (draft 2020-12) of what users and other services write and read, generated from the schemas the programs check with.
 * `node tools/schemas.ts` writes them; `--check` fails when one is not current.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callRecordSchema, campaignSchema, resultRecordSchema } from '@libby-dialer/dialing';
import { z } from 'zod';

const FOLDER = join(import.meta.dirname, '..', 'schemas');

const schemas = {
  'campaign.schema.json': {
    schema: campaignSchema,
    io: 'input',
    title: 'Campaign file',
    description: 'A list’s script and rules, as YAML or JSON. Keys not listed here are refused.',
  },
  'record.schema.json': {
    schema: callRecordSchema,
    io: 'input',
    title: 'Call record',
    description: 'One call of a JSON or NDJSON list: the provider’s payload and a few fields of ours.',
  },
  'result.schema.json': {
    schema: resultRecordSchema,
    io: 'output',
    title: 'Result record',
    description: 'What became of one call: a line of `enqueuer results`, and the field `result` of the results stream.',
  },
} as const;

function generate(name: keyof typeof schemas): string {
  const { schema, io, title, description } = schemas[name];
  const { $schema, ...rest } = z.toJSONSchema(schema, { io });
  return `${JSON.stringify({ $schema, $id: name, title, description, ...rest }, null, 2)}\n`;
}

function readStored(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

const isCheck = process.argv.includes('--check');
for (const name of Object.keys(schemas) as (keyof typeof schemas)[]) {
  const file = join(FOLDER, name);
  const current = generate(name);
  if (!isCheck) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, current);
  } else if (readStored(file) !== current) {
    console.error(`schemas/${name} is not current; run: node tools/schemas.ts`);
    process.exitCode = 1;
  }
}
