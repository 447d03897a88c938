import type { Problem } from '@libby-dialer/http-api';

/** The API has refused a request; `code` is stable. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  /** Each key of the request that is wrong, and why. */
  readonly problems: readonly string[];
  /** What there is to choose from. */
  readonly choices: readonly string[];
  readonly retryAfterSeconds: number | undefined;

  constructor({ status, code, detail, problems = [], choices = [], retryAfterSeconds }: Problem) {
    super(detail);
    this.status = status;
    this.code = code;
    this.problems = problems;
    this.choices = choices;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What was answered where it is no answer of the API, such as that of a proxy before it. */
export async function errorOf(response: Response): Promise<ApiError> {
  const { status } = response;
  const problem = await response.json().catch(() => undefined);
  if (isProblem(problem)) return new ApiError(problem);
  const detail = `The answer is ${status}, and not one of the API: is something between?`;
  return new ApiError({
    type: 'about:blank',
    title: response.statusText,
    status,
    code: 'no_api_answer',
    detail,
  });
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'detail' in value;
}
