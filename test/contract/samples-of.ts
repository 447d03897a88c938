import * as fc from 'fast-check';
import { type Arbitrary } from 'fast-check';

/** As much of JSON Schema as ours use; any other keyword is refused, lest it be overlooked. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly examples?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

const KEYWORDS =
  '$schema $id title description type properties required additionalProperties propertyNames items anyOf enum examples format pattern minLength maxLength maxItems minimum exclusiveMinimum maximum';
/** Long enough to be telling, short enough to be quick. */
const MOST = 5;

/**
 * Values that are valid under a schema, at its bounds too. `special` gives those of a property that
 * a schema cannot describe.
 */
export function samplesOf(
  schema: Schema,
  special: Readonly<Record<string, Arbitrary<unknown>>> = {},
): Arbitrary<unknown> {
  const unknown = Object.keys(schema).filter((keyword) => !KEYWORDS.split(' ').includes(keyword));
  if (unknown.length > 0) throw new Error(`samples know nothing of ${unknown.join(', ')}`);
  if (schema.anyOf !== undefined)
    return fc.oneof(...schema.anyOf.map((each) => samplesOf(each, special)));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return fc.oneof(...types.map((type) => samplesOfType(type, schema, special)));
}

function samplesOfType(
  type: string,
  schema: Schema,
  special: Readonly<Record<string, Arbitrary<unknown>>>,
): Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return texts(schema);
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'integer':
      return fc.integer({ min: leastOf(schema), max: Number.MAX_SAFE_INTEGER });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(samplesOf(schema.items ?? {}, special), {
        maxLength: Math.min(schema.maxItems ?? MOST, MOST),
      });
    case 'object':
      return objects(schema, special);
    default:
      throw new Error(`samples know nothing of the type ${type}`);
  }
}

function leastOf({ minimum, exclusiveMinimum }: Schema): number {
  return exclusiveMinimum === undefined
    ? (minimum ?? Number.MIN_SAFE_INTEGER)
    : exclusiveMinimum + 1;
}

function texts({
  format,
  pattern,
  minLength = 0,
  maxLength = 1000,
  examples,
}: Schema): Arbitrary<string> {
  if (format === 'date-time') {
    const instants = fc.date({
      min: new Date('1970-01-01'),
      max: new Date('9999-12-31'),
      noInvalidDate: true,
    });
    return instants.map((date) => date.toISOString());
  }
  if (pattern !== undefined) throw new Error(`samples know nothing of the pattern ${pattern}`);
  const any = fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 20)) });
  const longest = fc.constant('x'.repeat(maxLength));
  return examples === undefined
    ? fc.oneof(any, longest)
    : fc.oneof(fc.constantFrom(...examples), any);
}

function objects(
  { properties = {}, required = [], additionalProperties }: Schema,
  special: Readonly<Record<string, Arbitrary<unknown>>>,
): Arbitrary<unknown> {
  if (typeof additionalProperties === 'object')
    return fc.dictionary(fc.string(), samplesOf(additionalProperties, special), { maxKeys: MOST });
  const values = Object.entries(properties).map(
    ([name, property]) => [name, special[name] ?? samplesOf(property, special)] as const,
  );
  return fc.record(Object.fromEntries(values), { requiredKeys: [...required] });
}
