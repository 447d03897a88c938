/**
 * JSON Schemas (draft 2020-12) of what users and other services write and read, generated from the
 * schemas the programs check with. `npm run generate` writes them; `--check` fails when one is
 * not current.
 *
 * Those that other services build on have a version, and `schemas/v<version>/` holds them as
 * published: such a file is never written again. A change raises the version. What may change at
 * all is in contract/README.md.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { callRecordSchema, campaignSchema, resultRecordSchema } from '@libby-dialer/dialing';
import { z } from 'zod';

const FOLDER = join(import.meta.dirname, '../../schemas');

type JsonSchema = z.core.JSONSchema.BaseSchema;

interface SchemaFile {
  readonly name: string;
  readonly text: string;
  readonly isPublished: boolean;
}

interface Source {
  readonly schema: z.ZodType;
  readonly io: 'input' | 'output';
  readonly title: string;
  readonly description: string;
  /**
   * Raised with every change of what is published. Those without are for editors, and follow the
   * program.
   */
  readonly version?: number;
  readonly adapt?: (schema: JsonSchema) => void;
}

const sources: Readonly<Record<string, Source>> = {
  campaign: {
    schema: campaignSchema,
    io: 'input',
    title: 'Campaign file',
    description: 'A list’s script and rules, as YAML or JSON. Keys not listed here are refused.',
  },
  record: {
    schema: callRecordSchema,
    io: 'input',
    title: 'Call record',
    description:
      'One call of a JSON or NDJSON list, or of the inbox: the provider’s payload and a few fields of ours. Fields not listed here are refused.',
    version: 1,
  },
  result: {
    schema: resultRecordSchema,
    io: 'output',
    title: 'Result record',
    description:
      'What became of one call: a line of `enqueuer results`, and the field `result` of the results stream. A later version may add fields, and values where examples are given: pass over what you do not know.',
    version: 5,
    adapt: leaveOpen,
  },
};

/** For readers: what a later version may add is valid today. Only the outcomes are complete. */
function leaveOpen(schema: JsonSchema): void {
  delete schema.additionalProperties;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (name === 'outcome' || typeof property === 'boolean' || property.enum === undefined)
      continue;
    property.examples = property.enum;
    delete property.enum;
  }
}

function filesOf(name: string, source: Source): SchemaFile[] {
  const file = `${name}.schema.json`;
  const text = textOf(
    source,
    source.version === undefined ? file : `urn:libby-dialer:${name}:v${source.version}`,
  );
  const current = { name: file, text, isPublished: false };
  if (source.version === undefined) return [current];
  return [current, { name: `v${source.version}/${file}`, text, isPublished: true }];
}

function textOf({ schema, io, title, description, adapt }: Source, $id: string): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => adapt?.(jsonSchema),
  });
  return `${JSON.stringify({ $schema, $id, title, description, ...rest }, null, 2)}\n`;
}

function readStored(name: string): string | undefined {
  try {
    return readFileSync(join(FOLDER, name), 'utf8');
  } catch {
    return undefined;
  }
}

function write({ name, text }: SchemaFile): void {
  const path = join(FOLDER, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const isCheck = process.argv.includes('--check');
const files = Object.entries(sources).flatMap(([name, source]) => filesOf(name, source));
for (const file of files) {
  const stored = readStored(file.name);
  if (stored === file.text) continue;
  if (file.isPublished && stored !== undefined) {
    console.error(
      `schemas/${file.name} is published and would change; raise its version in tools/generate/schemas.ts`,
    );
    process.exitCode = 1;
  } else if (isCheck) {
    console.error(`schemas/${file.name} is not current; run: npm run generate`);
    process.exitCode = 1;
  } else {
    write(file);
  }
}
