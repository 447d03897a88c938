import type { z } from 'zod';
import type { RouteName, Routes, StreamedType } from './route.ts';
import { callRoutes } from './routes/calls.ts';
import { campaignRoutes } from './routes/campaigns.ts';
import { holdRoutes } from './routes/holds.ts';
import { intakeRoutes } from './routes/intake.ts';
import { listRoutes } from './routes/lists.ts';
import { peopleRoutes } from './routes/people.ts';
import { scheduleRoutes } from './routes/schedules.ts';
import { sessionRoutes } from './routes/session.ts';
import { systemRoutes } from './routes/system.ts';

/** Where all paths begin. */
export const BASE_PATH = '/api/v1';

/** Every request that the API answers: server, OpenAPI document and client are made from it. */
export const api = {
  ...campaignRoutes,
  ...callRoutes,
  ...listRoutes,
  ...holdRoutes,
  ...peopleRoutes,
  ...scheduleRoutes,
  ...intakeRoutes,
  ...sessionRoutes,
  ...systemRoutes,
} as const satisfies Routes;
export type Api = typeof api;
export type ApiRoute = keyof Api & RouteName;

/** The routes of each part, for servers that are made of parts. */
export interface ApiParts {
  readonly campaigns: keyof typeof campaignRoutes;
  readonly calls: keyof typeof callRoutes;
  readonly lists: keyof typeof listRoutes;
  readonly holds: keyof typeof holdRoutes;
  readonly people: keyof typeof peopleRoutes;
  readonly schedules: keyof typeof scheduleRoutes;
  readonly intake: keyof typeof intakeRoutes;
  readonly session: keyof typeof sessionRoutes;
  readonly system: keyof typeof systemRoutes;
}

type Part<Name extends ApiRoute, Key extends string> = Key extends keyof Api[Name]
  ? Api[Name][Key]
  : undefined;

type InputOf<Schema> = Schema extends z.ZodType ? z.input<Schema> : never;
type OutputOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : never;

/** A part may be left out where all in it may be. */
type MaybeLeftOut<Key extends string, Value> = undefined extends Value
  ? { readonly [K in Key]?: Value }
  : object extends Value
    ? { readonly [K in Key]?: Value }
    : { readonly [K in Key]: Value };

type Asked<Name extends ApiRoute, Key extends string> =
  Part<Name, Key> extends z.ZodType ? MaybeLeftOut<Key, InputOf<Part<Name, Key>>> : object;

/** What a client gives with a request. */
export type ApiRequest<Name extends ApiRoute> = Asked<Name, 'params'> &
  Asked<Name, 'query'> &
  Asked<Name, 'headers'> &
  (Part<Name, 'body'> extends StreamedType
    ? { readonly body: Blob | ArrayBuffer | ReadableStream<Uint8Array> }
    : Asked<Name, 'body'>);

type Got<Name extends ApiRoute, Key extends string> =
  Part<Name, Key> extends z.ZodType ? { readonly [K in Key]: OutputOf<Part<Name, Key>> } : object;

type GotBody<Name extends ApiRoute> =
  Part<Name, 'bodyIs'> extends 'text'
    ? { readonly body: string }
    : Part<Name, 'bodyIs'> extends 'unchecked'
      ? { readonly body: unknown }
      : Part<Name, 'body'> extends StreamedType
        ? { readonly body: ReadableStream<Uint8Array> }
        : Got<Name, 'body'>;

/** What a server has read of a request. */
export type ApiReceived<Name extends ApiRoute> = Got<Name, 'params'> &
  Got<Name, 'query'> &
  Got<Name, 'headers'> &
  GotBody<Name>;

/** What a server answers: `Response` where it is streamed. */
export type ApiAnswer<Name extends ApiRoute> =
  Part<Name, 'answer'> extends StreamedType
    ? Response
    : Part<Name, 'answer'> extends z.ZodType
      ? InputOf<Part<Name, 'answer'>>
      : undefined;
