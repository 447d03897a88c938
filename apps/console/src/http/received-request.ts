import { plainIssue, plainIssues } from '@libby-dialer/dialing';
import type { Route } from '@libby-dialer/http-api';
import { z } from 'zod';
import { HttpProblem } from './http-problem.ts';

const MOST_JSON_BYTES = 16 * 1024 * 1024;
/** Of whoever has not said who they are: a token to log in with. */
const MOST_UNKNOWN_BYTES = 16 * 1024;
const NOTHING = z.object({});

/** The parts of a request as a route's schemas make them. */
export interface ReceivedRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
}

/**
 * Reads what a route expects of a request. Throws `HttpProblem` (`invalid_request`, `too_large`,
 * `not_json`, `not_a_file`).
 */
export async function receivedRequest(
  route: Route,
  request: Request,
  params: Readonly<Record<string, string>>,
): Promise<ReceivedRequest> {
  const query = queryOf(new URL(request.url));
  const headers = Object.fromEntries(request.headers);
  return {
    params: parsed(route.params ?? NOTHING, params, ''),
    // What is misspelled must not pass for nothing.
    query: parsed((route.query ?? NOTHING).strict(), query, ''),
    headers: parsed(route.headers ?? NOTHING, headers, ''),
    body: await bodyOf(route, request),
  };
}

function queryOf({ searchParams }: URL): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of searchParams) {
    if (Object.hasOwn(query, name)) throw unreadable([`${name}: is given more than once`]);
    query[name] = value;
  }
  return query;
}

async function bodyOf({ body, bodyIs, role }: Route, request: Request): Promise<unknown> {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return fileIn(request);
  const text = await jsonText(
    request,
    body,
    role === 'nobody' ? MOST_UNKNOWN_BYTES : MOST_JSON_BYTES,
  );
  if (bodyIs === 'text') return text ?? '';
  const value = text === undefined ? undefined : readJson(text);
  return bodyIs === 'unchecked' ? value : parsed(body, value, 'body');
}

function fileIn({ headers, body }: Request): ReadableStream<Uint8Array> {
  if (headers.get('content-type')?.startsWith('multipart/') === true) {
    const detail = 'The body must be the file itself, such as by --data-binary of curl: no form.';
    throw new HttpProblem(415, 'not_a_file', detail);
  }
  return body ?? new Blob([]).stream();
}

/** Undefined where there is none, and there need not be. */
async function jsonText(
  request: Request,
  body: z.ZodType,
  mostBytes: number,
): Promise<string | undefined> {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim() ?? '';
  const bytes = await boundedBytes(request, mostBytes);
  if (bytes.length === 0 && body.safeParse(undefined).success) return undefined;
  if (type !== 'application/json')
    throw new HttpProblem(415, 'not_json', 'The body must be JSON, with that content-type.');
  return utf8Text(bytes);
}

/** A name that is read wrong would be spoken so. */
function utf8Text(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new HttpProblem(400, 'not_json', 'The body is not UTF-8, as JSON has to be.', { cause });
  }
}

async function boundedBytes({ body }: Request, mostBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > mostBytes) {
      const detail = `The body is larger than ${mostBytes / 1024} KB.`;
      throw new HttpProblem(413, 'too_large', detail);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new HttpProblem(400, 'not_json', 'The body is no JSON.', { cause });
  }
}

function parsed(schema: z.ZodType, value: unknown, name: string): unknown {
  const verdict = schema.safeParse(value, { reportInput: true });
  if (verdict.success) return verdict.data;
  const issues = verdict.error.issues.flatMap((issue) => plainIssues(issue));
  throw unreadable(issues.map((issue) => sentenceOf(issue, name)));
}

function unreadable(problems: readonly string[]): HttpProblem {
  const detail = `The request cannot be read: ${problems[0] ?? ''}`;
  return new HttpProblem(400, 'invalid_request', detail, { problems });
}

function sentenceOf(issue: z.core.$ZodIssue, name: string): string {
  const key = issue.path.length === 0 ? name : issue.path.join('.');
  const sentence = plainIssue(issue);
  return key === '' ? sentence : `${key}: ${sentence}`;
}
