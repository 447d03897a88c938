import { createHash } from 'node:crypto';
import { isLoopback, UsageError } from '@libby-dialer/runtime';

/**
 * Where results are sent. Path and query may be secrets of their own, so that only `origin` may be
 * shown.
 */
export interface WebhookUrl {
  /** Without credentials: fetch refuses a URL that has some. */
  readonly url: string;
  readonly authorization: string | undefined;
  readonly origin: string;
  /** A name made of host and path, which does not give the path away. */
  readonly name: string;
}

/**
 * Throws `UsageError`, which repeats nothing of the URL. @param from where the text was given:
 * `--to` or a variable
 */
export function parseWebhookUrl(
  text: string,
  { allowInsecureHttp, from = '--to' }: { allowInsecureHttp: boolean; from?: string },
): WebhookUrl {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`${from} must be an absolute URL, such as https://crm.example.com/libby.`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.href) && !allowInsecureHttp) {
    throw new UsageError(
      `${from} must begin with https://, since results hold personal data; set LIBBY_ALLOW_INSECURE_HTTP=1 only on a network you trust.`,
    );
  }
  const authorization = authorizationOf(url, from);
  url.username = '';
  url.password = '';
  url.hash = '';
  return { url: url.href, authorization, origin: url.origin, name: nameOf(url) };
}

function authorizationOf({ username, password }: URL, from: string): string | undefined {
  if (username === '' && password === '') return undefined;
  try {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(credentials).toString('base64')}`;
  } catch {
    throw new UsageError(`${from} has a user or password with a stray %; write it as %25.`);
  }
}

function nameOf({ host, pathname }: URL): string {
  const readable = host.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '');
  const digest = createHash('sha256').update(`${host}${pathname}`).digest('hex').slice(0, 8);
  return `${readable.slice(0, 50)}-${digest}`;
}
