import { STATUS_CODES } from 'node:http';
import type { Problem } from '@libby-dialer/http-api';
import { DialerError, type ErrorKind, type HttpReply } from '@libby-dialer/runtime';

export interface HttpProblemOptions extends ErrorOptions {
  readonly problems?: readonly string[] | undefined;
  readonly choices?: readonly string[] | undefined;
  readonly retryAfterSeconds?: number;
  /** Methods that there are at the address. */
  readonly allow?: readonly string[];
}

/** A request that is refused for reasons of HTTP. The message is a sentence for people. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly problems: readonly string[] | undefined;
  readonly choices: readonly string[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly allow: readonly string[] | undefined;

  constructor(status: number, code: string, detail: string, options: HttpProblemOptions = {}) {
    super(detail, { cause: options.cause });
    this.status = status;
    this.code = code;
    this.problems = options.problems;
    this.choices = options.choices;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.allow = options.allow;
  }
}

const STATUSES: Record<ErrorKind, number> = {
  invalid: 400,
  unprocessable: 422,
  not_found: 404,
  conflict: 409,
  refused: 409,
  unavailable: 503,
  failed: 500,
};
/** Where HTTP has a status of its own. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  changed_meanwhile: 412,
  too_many_calls: 413,
};
/** Redis, or whatever else is away, may be back by then. */
const RETRY_AFTER_SECONDS = 1;

/** What is told of an error; undefined: a programmer's, of which nothing is told. */
export function problemOf(error: unknown): HttpProblem | undefined {
  if (error instanceof HttpProblem) return error;
  if (!(error instanceof DialerError)) return undefined;
  const status = STATUS_OF_CODE[error.code] ?? STATUSES[error.kind];
  return new HttpProblem(status, error.code, error.message, {
    cause: error,
    choices: error.choices,
    ...(status === 503 && { retryAfterSeconds: RETRY_AFTER_SECONDS }),
  });
}

export const UNEXPECTED = new HttpProblem(
  500,
  'unexpected',
  'Something went wrong that nobody foresaw; the log of the console says what.',
);

const PROBLEM_TYPE = 'application/problem+json';

/** A problem as RFC 9457 has it. */
function problemJson(problem: HttpProblem): Problem {
  const { status, code, message, problems, choices, retryAfterSeconds } = problem;
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? '',
    status,
    code,
    detail: message,
    ...(problems !== undefined && { problems: [...problems] }),
    ...(choices !== undefined && { choices: [...choices] }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

export function problemResponse(problem: HttpProblem): Response {
  const { status, retryAfterSeconds, allow } = problem;
  const headers = new Headers({ 'content-type': PROBLEM_TYPE });
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds));
  if (status === 401) headers.set('www-authenticate', 'Bearer');
  if (allow !== undefined) headers.set('allow', allow.join(', '));
  return new Response(JSON.stringify(problemJson(problem)), { status, headers });
}

/** The same, for where there is no request that it answers. */
export function problemReply(problem: HttpProblem): HttpReply {
  const body = JSON.stringify(problemJson(problem));
  return { status: problem.status, contentType: PROBLEM_TYPE, body };
}

const UNREADABLE: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  408: ['too_slow', 'The request did not come whole in time: send it again.'],
  431: ['headers_too_large', 'Address and headers together are larger than 8 KB.'],
};

/** Of what came over the connection and is no request of HTTP, or a part of one. */
export function unreadableRequest(status: number): HttpProblem {
  const [code, detail] = UNREADABLE[status] ?? [
    'unreadable_request',
    'This is no whole request of HTTP: look at its first line, its headers, and how long it says it is.',
  ];
  return new HttpProblem(status, code, detail);
}
