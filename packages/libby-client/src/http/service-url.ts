import { z } from 'zod';
import { ConfigError } from '../config-error.ts';

/**
 * The address of one of the provider's services, checked. What is refused is never repeated: it may
 * hold a password.
 */
export function parseServiceUrl(option: string, value: string, allowInsecureHttp: boolean): URL {
  const url = URL.parse(value);
  if (url === null)
    throw new ConfigError(option, 'must be an absolute URL, such as https://phone.mylibby.ai.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new ConfigError(option, 'must begin with https://.');
  if (url.username !== '' || url.password !== '')
    throw new ConfigError(option, 'must not hold a user name or password.');
  if (url.search !== '' || url.hash !== '')
    throw new ConfigError(option, 'must not hold a query or a fragment.');
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !allowInsecureHttp) {
    throw new ConfigError(
      option,
      'http:// would send secrets in the clear; use https://, or allow insecure HTTP.',
    );
  }
  return url;
}

/**
 * The address of a proxy, checked. What is refused is never repeated: it often holds a password.
 */
export function parseProxyUrl(value: string | undefined): URL | undefined {
  if (value === undefined) return undefined;
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new ConfigError(
      'proxy',
      'must be http://host:port or https://host:port, user:password@ before the host.',
    );
  }
  try {
    decodeURIComponent(`${url.username}${url.password}`);
  } catch {
    throw new ConfigError('proxy', 'has a user or password with a stray %; write it as %25.');
  }
  return url;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/**
 * Zod at the edge, speaking in `ConfigError`s: the first problem, by the option's name and without
 * its value.
 */
export function checkOptions<S extends z.ZodType>(schema: S, options: unknown): z.output<S> {
  const checked = schema.safeParse(options);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  throw new ConfigError(String(issue?.path[0] ?? 'options'), `${issue?.message ?? 'not usable'}.`);
}

/** What both services' connections have in common. */
export const connectionOptionsSchema = z.object({
  /**
   * From asking for a connection to the request's first byte: name look-up, connecting, TLS,
   * waiting for a free connection.
   */
  connectTimeoutMs: z.int().min(1).max(600_000).default(5000),
  /** From the request's first byte to the end of the answer. */
  responseTimeoutMs: z.int().min(1).max(600_000).default(30_000),
  /** Allows `http://` to a host that is not this machine. */
  allowInsecureHttp: z.boolean().default(false),
  /** Certificate authorities to trust instead of Node's own, PEM. */
  ca: z.string().optional(),
  /**
   * For https: an HTTP proxy that lets connections through (CONNECT), with user and password if it
   * asks for them.
   */
  proxy: z.string().optional(),
  /** Instead of the system's name look-up (`dns.lookup`). */
  lookup: z
    .custom<import('node:net').LookupFunction>((value) => typeof value === 'function')
    .optional(),
});
