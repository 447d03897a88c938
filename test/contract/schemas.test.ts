import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { callRecordSchema, OUTCOMES, resultRecordSchema } from '@libby-dialer/dialing';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { type Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Schema, samplesOf } from './samples-of.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'schemas');
const RUNS = 300;

/** No schema can list the IANA's names. */
const ZONES = { timezone: fc.constantFrom('America/Denver', 'Europe/Berlin', 'UTC') };

/** `v1` and so on. */
function versionsOf(name: string): string[] {
  const folders = readdirSync(FOLDER).filter((folder) => /^v\d+$/.test(folder));
  return folders.filter((folder) =>
    readdirSync(join(FOLDER, folder)).includes(`${name}.schema.json`),
  );
}

function published(version: string, name: string): Schema {
  return JSON.parse(readFileSync(join(FOLDER, version, `${name}.schema.json`), 'utf8')) as Schema;
}

function validator(schema: Schema): (value: unknown) => boolean {
  // Their patterns say all of what the format does.
  const validate = new Ajv2020({ formats: { 'date-time': true }, allowUnionTypes: true }).compile(
    schema,
  );
  return (value) => validate(value);
}

/** A sample that does not pass; undefined if all do. */
function counterexample(samples: Arbitrary<unknown>, passes: (value: unknown) => boolean): unknown {
  const { failed, counterexample } = fc.check(fc.property(samples, passes), { numRuns: RUNS });
  return failed ? counterexample?.[0] : undefined;
}

/** Whether whoever writes for the published schema is still understood. */
function refusedRecord(version: string, current: z.ZodType): unknown {
  return counterexample(
    samplesOf(published(version, 'record'), ZONES),
    (value) => current.safeParse(value).success,
  );
}

/** Whether whoever reads by the published schema understands what is written now. */
function strangeResult(version: string, current: z.ZodType): unknown {
  const written = z.toJSONSchema(current, { io: 'output' }) as Schema;
  return counterexample(samplesOf(written), validator(published(version, 'result')));
}

describe.each(versionsOf('record'))('the record’s %s', (version) => {
  test('whoever writes by it is understood now', () => {
    expect(refusedRecord(version, callRecordSchema)).toBeUndefined();
  });

  test('its samples are what it says they are', () => {
    const schema = published(version, 'record');
    expect(counterexample(samplesOf(schema), validator(schema))).toBeUndefined();
  });

  test.each([
    ['a field less', callRecordSchema.omit({ introVoicemail: true })],
    ['a field that must be there now', callRecordSchema.required({ name: true })],
    ['a shorter text', callRecordSchema.extend({ externalId: z.string().max(100).optional() })],
    ['a type less', callRecordSchema.extend({ toPhoneNumber: z.string().optional() })],
  ])('it would be noticed that records have %s', (_, changed) => {
    expect(refusedRecord(version, changed)).toBeDefined();
  });

  test('records may have more fields', () => {
    expect(
      refusedRecord(version, callRecordSchema.extend({ language: z.string().optional() })),
    ).toBeUndefined();
  });
});

describe.each(versionsOf('result'))('the result’s %s', (version) => {
  test('whoever reads by it understands what is written now', () => {
    expect(strangeResult(version, resultRecordSchema)).toBeUndefined();
  });

  test.each([
    ['a field less', resultRecordSchema.omit({ worker: true })],
    ['a field that need not be there now', resultRecordSchema.partial({ name: true })],
    ['another outcome', resultRecordSchema.extend({ outcome: z.enum([...OUTCOMES, 'answered']) })],
    ['another type', resultRecordSchema.extend({ httpStatus: z.string() })],
  ])('it would be noticed that results have %s', (_, changed) => {
    expect(strangeResult(version, changed)).toBeDefined();
  });

  test('results may have more fields and more reasons', () => {
    const changed = resultRecordSchema.extend({ conversation: z.string(), reason: z.string() });
    expect(strangeResult(version, changed)).toBeUndefined();
  });
});

test.each(['record', 'result'])('the %s’s path without a version holds the newest', (name) => {
  const current = JSON.parse(readFileSync(join(FOLDER, `${name}.schema.json`), 'utf8')) as unknown;
  const newest = `v${versionsOf(name).length}`;
  expect(current).toMatchObject({ $id: `urn:libby-dialer:${name}:${newest}` });
  expect(current).toEqual(published(newest, name));
});
