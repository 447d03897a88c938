import type { z } from 'zod';
import type { LeastRole } from './role.ts';

/** What a body or an answer is where it is no JSON: it is streamed. */
export const STREAMED_TYPES = [
  'application/octet-stream',
  'application/x-ndjson',
  'text/csv',
  'text/event-stream',
] as const;
export type StreamedType = (typeof STREAMED_TYPES)[number];

export type AnswerStatus = 200 | 201 | 202 | 204;

/** One request that the API answers; its method and path are its name, `GET /campaigns/{id}`. */
export interface Route {
  /** What it does, in a line. */
  readonly summary: string;
  readonly description?: string;
  readonly role: LeastRole;
  /** In the path. */
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** By their names in lower case. */
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType | StreamedType;
  /**
   * How the server is given a JSON body that it checks itself, part by part or in its own words:
   * as text, or as read. Left out: as the schema makes it.
   */
  readonly bodyIs?: 'text' | 'unchecked';
  /** Left out: 200, or 204 where there is no answer. */
  readonly status?: AnswerStatus;
  readonly answer?: z.ZodType | StreamedType;
  /** Of a streamed answer: what it is a row of. */
  readonly records?: z.ZodType;
  /** Codes of the problems that are its own. */
  readonly problems?: readonly string[];
}

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';
export type RouteName = `${Method} /${string}`;
export type Routes = Readonly<Record<RouteName, Route>>;
