import type { z } from 'zod';

/** What tells who is called: a number, a name, or a text in which a number may stand. */
export type PersonalKind = 'number' | 'name' | 'text';

/** In the OpenAPI document as well, so that programs of viewers know what they do not get. */
const MARK = 'x-personal';

/** Marks what is masked for whoever only looks on. Every answer that has it goes through that. */
export function personal<Schema extends z.ZodType>(kind: PersonalKind, schema: Schema): Schema {
  return schema.meta({ ...schema.meta(), [MARK]: kind });
}

export function personalKind(schema: z.ZodType): PersonalKind | undefined {
  return schema.meta()?.[MARK] as PersonalKind | undefined;
}
