import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { api, BASE_PATH } from './api.ts';
import { problemSchema } from './problem.ts';
import type { Route } from './route.ts';

type Json = Readonly<Record<string, unknown>>;
type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The contract as an OpenAPI 3.1 document. */
export function openApiDocument() {
  const schemas = new ComponentSchemas();
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, route] of Object.entries<Route>(api)) {
    const [method = '', path = ''] = name.split(' ');
    paths[path] ??= {};
    paths[path][method.toLowerCase()] = operationOf(name, route, schemas);
  }
  const problem = schemas.of(problemSchema);
  return {
    openapi: '3.1.0',
    info: {
      title: 'libby-dialer',
      version: '1',
      description:
        'Everything that the command line does, for programs. Times are ISO 8601 in UTC. ' +
        'What is refused is answered with a problem (RFC 9457) and a stable `code`.',
    },
    servers: [{ url: BASE_PATH }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: schemas.all(),
      responses: {
        Problem: {
          description: 'Why it was refused.',
          content: { 'application/problem+json': { schema: problem } },
        },
      },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function operationOf(name: string, route: Route, schemas: ComponentSchemas): Json {
  const { summary, description, role, problems = [] } = route;
  const parameters = [
    ...parametersOf('path', route.params, schemas),
    ...parametersOf('query', route.query, schemas),
    ...parametersOf('header', route.headers, schemas),
  ];
  return {
    operationId: name,
    summary,
    ...(description !== undefined && { description }),
    'x-least-role': role,
    ...(role === 'nobody' && { security: [] }),
    ...(problems.length > 0 && { 'x-problem-codes': problems }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body !== undefined && { requestBody: requestBodyOf(route.body, schemas) }),
    responses: {
      ...answerOf(route, schemas),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function parametersOf(
  place: 'path' | 'query' | 'header',
  schema: z.ZodObject | undefined,
  schemas: ComponentSchemas,
): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemas.plain(schema);
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property as JsonSchema;
    return {
      name,
      in: place,
      required: required.includes(name),
      ...(description !== undefined && { description }),
      schema: rest,
    };
  });
}

function requestBodyOf(body: NonNullable<Route['body']>, schemas: ComponentSchemas): Json {
  if (typeof body === 'string') return { required: true, content: { [body]: {} } };
  return {
    required: !body.safeParse(undefined).success,
    content: { 'application/json': { schema: schemas.of(body) } },
  };
}

function answerOf({ status, answer }: Route, schemas: ComponentSchemas): Json {
  const code = status ?? (answer === undefined ? 204 : 200);
  const description = STATUS_CODES[code] ?? '';
  if (answer === undefined) return { [code]: { description } };
  const content =
    typeof answer === 'string'
      ? { [answer]: {} }
      : { 'application/json': { schema: schemas.of(answer) } };
  return { [code]: { description, content } };
}

/** Schemas with an id stand once, for all who name them. */
class ComponentSchemas {
  readonly #named = new Map<string, JsonSchema>();

  of(schema: z.ZodType): JsonSchema {
    const { id } = schema.meta() ?? {};
    const converted = this.plain(schema);
    if (id === undefined) return converted;
    this.#named.set(id, withoutId(converted));
    return { $ref: `#/components/schemas/${id}` };
  }

  /** Itself, even if it has an id. */
  plain(schema: z.ZodType): JsonSchema {
    const {
      $schema: _,
      $defs = {},
      ...rest
    } = moved(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema);
    for (const [id, named] of Object.entries($defs)) this.#named.set(id, withoutId(named));
    return rest;
  }

  all(): Json {
    return Object.fromEntries([...this.#named].toSorted(([a], [b]) => a.localeCompare(b)));
  }
}

function moved(schema: JsonSchema): JsonSchema & { $defs?: Record<string, JsonSchema> } {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/');
  return JSON.parse(text) as JsonSchema & { $defs?: Record<string, JsonSchema> };
}

function withoutId(schema: JsonSchema): JsonSchema {
  const named = { ...schema };
  delete named.id;
  return named;
}
