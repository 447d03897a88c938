/** What an endpoint says, before it is decided how (or whether) the network carries it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  };
}

/** Nothing to add. */
export const DONE: Answer = { status: 204, headers: {}, body: '' };
export const NOT_FOUND = jsonAnswer(404, { message: 'Not Found' });
export const TOO_LARGE = jsonAnswer(
  413,
  { message: 'Request Entity Too Large' },
  { connection: 'close' },
);
export const NOT_UTF8 = jsonAnswer(400, { message: 'The request body is not UTF-8' });

export function methodNotAllowed(allowed: string): Answer {
  return jsonAnswer(405, { message: 'Method Not Allowed' }, { allow: allowed });
}

/**
 * The media type without its parameters: `application/json; charset=utf-8` is `application/json`.
 */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
