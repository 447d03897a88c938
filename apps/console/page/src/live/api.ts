import { ApiClient, ApiError } from '@libby-dialer/api-client';

/** The console that this page comes from. */
export const client = new ApiClient();

/** Says what went wrong, for people. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  return 'The console does not answer. See whether it runs, and whether you are online.';
}

/** What else is wrong with a request: the text names the first of it. */
export function furtherProblems(error: unknown): readonly string[] {
  return error instanceof ApiError ? error.problems.slice(1) : [];
}
