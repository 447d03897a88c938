import { STATUS_CODES } from 'node:http';
import type { Problem } from '@libby-dialer/http-api';
import { DialerError, type ErrorKind } from '@libby-dialer/runtime';

export interface HttpProblemOptions extends ErrorOptions {
  readonly problems?: readonly string[] | undefined;
  readonly choices?: readonly string[] | undefined;
  readonly retryAfterSeconds?: number;
}

/** A request that is refused for reasons of HTTP. The message is a sentence for people. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly problems: readonly string[] | undefined;
  readonly choices: readonly string[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, code: string, detail: string, options: HttpProblemOptions = {}) {
    super(detail, { cause: options.cause });
    this.status = status;
    this.code = code;
    this.problems = options.problems;
    this.choices = options.choices;
    this.retryAfterSeconds = options.retryAfterSeconds;
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

/** A problem as RFC 9457 has it. */
export function problemResponse(problem: HttpProblem): Response {
  const { status, code, message, problems, choices, retryAfterSeconds } = problem;
  const body: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? '',
    status,
    code,
    detail: message,
    ...(problems !== undefined && { problems: [...problems] }),
    ...(choices !== undefined && { choices: [...choices] }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
  const headers = new Headers({ 'content-type': 'application/problem+json' });
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds));
  if (status === 401) headers.set('www-authenticate', 'Bearer');
  return new Response(JSON.stringify(body), { status, headers });
}
