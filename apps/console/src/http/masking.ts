import { type PersonalKind, personalKind } from '@libby-dialer/http-api';
import { maskPhoneNumber, Redactor } from '@libby-dialer/runtime';
import { z } from 'zod';

/** What is answered in place of a value. */
export type Mask = (value: unknown) => unknown;

const MASKED_NAME = '***';
/** What stands in records of people whose data were removed. */
const ERASED = 'erased';

const redactor = new Redactor();
const MASKS: Readonly<Record<PersonalKind, (text: string) => string>> = {
  number: maskPhoneNumber,
  name: () => MASKED_NAME,
  text: (text) => redactor.text(text),
};

/**
 * How answers of a schema are masked for whoever only looks on; undefined: nothing in them tells
 * who is called. Of an object with such parts nothing is left that the schema does not know.
 */
export function maskOf(schema: z.ZodType): Mask | undefined {
  const kind = personalKind(schema);
  if (kind !== undefined) return (value) => maskedText(value, MASKS[kind]);
  if (schema instanceof z.ZodObject) return objectMask(schema);
  if (schema instanceof z.ZodArray) return arrayMask(schema.element as z.ZodType);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return maskOf(schema.unwrap() as z.ZodType);
  return undefined;
}

function maskedText(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value !== 'string' || value === '' || value === ERASED) return value;
  return mask(value);
}

function objectMask({ shape }: z.ZodObject): Mask | undefined {
  const masks = new Map(
    Object.entries(shape).map(([key, part]) => [key, maskOf(part as z.ZodType)] as const),
  );
  if ([...masks.values()].every((mask) => mask === undefined)) return undefined;
  return (value) => {
    if (typeof value !== 'object' || value === null) return value;
    const known = Object.entries(value).filter(([key]) => masks.has(key));
    return Object.fromEntries(known.map(([key, part]) => [key, masks.get(key)?.(part) ?? part]));
  };
}

function arrayMask(element: z.ZodType): Mask | undefined {
  const mask = maskOf(element);
  return mask && ((value) => (Array.isArray(value) ? value.map(mask) : value));
}
