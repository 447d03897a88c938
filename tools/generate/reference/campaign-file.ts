import { campaignSchema } from '@libby-dialer/dialing';
import { z } from 'zod';
import { item, page, sentence, wrapped } from './markdown.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

export function campaignFilePage(): string {
  const schema = z.toJSONSchema(campaignSchema, { io: 'input' });
  return page(
    'The campaign file',
    'the schema of campaigns',
    wrapped(
      'YAML or JSON. Keys that are not listed here are refused. For editors there is [campaign.schema.json](../../schemas/campaign.schema.json); examples are in [examples](../../examples).',
    ),
    keysOf(schema, 0),
    wrapped(
      'More on [hours](../rules/calling-hours.md), on [limits and priorities](../guide/limits-and-priorities.md), on [columns](columns.md) and on [calls in doubt](../operate/calls-in-doubt.md).',
    ),
  );
}

function keysOf({ properties = {}, required = [] }: JsonSchema, depth: number): string {
  return Object.entries(properties)
    .flatMap(([key, property]) =>
      typeof property === 'boolean' ? [] : entryOf(key, property, required.includes(key), depth),
    )
    .join('\n');
}

function entryOf(key: string, schema: JsonSchema, isRequired: boolean, depth: number): string[] {
  const { description } = schema;
  if (description === undefined) throw new Error(`${key} of a campaign file has no description`);
  const facts = [valuesOf(schema), isRequired ? 'required' : defaultOf(schema)].filter(
    (fact) => fact !== undefined,
  );
  const said = facts.length === 0 ? '' : ` (${facts.join('; ')})`;
  const keys = keysOf(objectIn(schema) ?? {}, depth + 1);
  return [item(`**\`${key}\`**${said}: ${sentence(description)}`, depth), ...(keys ? [keys] : [])];
}

/** The object that it is, or may be. */
function objectIn(schema: JsonSchema): JsonSchema | undefined {
  const kinds = schema.anyOf ?? [schema];
  return kinds.find(({ properties }) => properties !== undefined);
}

function valuesOf(schema: JsonSchema): string | undefined {
  const { enum: choices, minimum, exclusiveMinimum, maximum, anyOf } = schema;
  const word = anyOf?.map((kind) => kind.const).find((each) => each !== undefined);
  if (word !== undefined) return `${code(word)}, or ${objectIn(schema) ? 'keys' : 'a name'}`;
  if (choices !== undefined) return choices.map(code).join(', ');
  if (maximum === undefined) return undefined;
  return exclusiveMinimum === undefined
    ? `${minimum} to ${maximum}`
    : `above ${exclusiveMinimum}, at most ${maximum}`;
}

/** That of an object is told by its keys. */
function defaultOf({ default: value }: JsonSchema): string | undefined {
  return value === undefined || typeof value === 'object' ? undefined : `default: ${code(value)}`;
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
