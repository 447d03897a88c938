import { type ConfigOf, type Derived, derived, variable } from './config.ts';
import { Secret } from './secret.ts';
import { parsed, problem, type VariableType } from './variable-types.ts';

const FORM =
  'must be http://host:port or https://host:port, with user:password@ before the host where it asks for them';

/**
 * A proxy that lets connections through (CONNECT). Its URL is a secret, for it often holds a
 * password.
 */
function proxyUrl(): VariableType<Secret> {
  return parsed((value) => {
    const url = URL.parse(value);
    const isUsable =
      url !== null &&
      /^https?:$/.test(url.protocol) &&
      isDecodable(`${url.username}${url.password}`);
    return isUsable ? new Secret(value) : problem(FORM);
  });
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

const text = () => parsed((value) => value);
const options = { optional: true, emptyIsUnset: true } as const;

/** As other programs read them: in small letters first, and an empty one is none. */
export const httpsProxyConfig = derived(
  {
    small: variable('https_proxy', proxyUrl(), {
      ...options,
      about: 'as HTTPS_PROXY, and before it',
    }),
    large: variable('HTTPS_PROXY', proxyUrl(), {
      ...options,
      fromFile: true,
      about:
        'what calls, token requests and webhooks go through: http://user:password@host:port (CONNECT)',
    }),
    exceptSmall: variable('no_proxy', text(), { ...options, about: 'as NO_PROXY, and before it' }),
    exceptLarge: variable('NO_PROXY', text(), {
      ...options,
      about: 'hosts that HTTPS_PROXY is not used for, separated by commas; * for all',
    }),
  },
  ({ small, large, exceptSmall, exceptLarge }) => ({
    url: small ?? large,
    except: exceptSmall ?? exceptLarge ?? '',
  }),
);

export type HttpsProxyConfig = ConfigOf<typeof httpsProxyConfig>;

/**
 * What calls or token requests go through: `LIBBY_PROXY`, which knows no exceptions, or what all
 * https goes through.
 */
export function libbyProxy(url: Derived<string>): Derived<Secret | undefined> {
  return derived(
    {
      url,
      own: variable('LIBBY_PROXY', proxyUrl(), {
        optional: true,
        fromFile: true,
        about: 'a proxy for calls and token requests alone, whatever HTTPS_PROXY and NO_PROXY say',
      }),
      all: httpsProxyConfig,
    },
    ({ url: target, own, all }) => own ?? (goesDirectly(target, all.except) ? undefined : all.url),
  );
}

/**
 * Whether `NO_PROXY` excepts that URL's host. Entries are separated by commas or spaces:
 * `example.com` (and whatever ends in `.example.com`), with or without a dot or `*.` before it;
 * with a port, for that port alone; `*` for all.
 */
export function goesDirectly(target: string, except: string): boolean {
  const { hostname, port, protocol } = new URL(target);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const ownPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return except
    .toLowerCase()
    .split(/[\s,]+/)
    .map(readEntry)
    .some((entry) => {
      if (entry.port !== undefined && entry.port !== ownPort) return false;
      return (
        entry.host === '*' ||
        entry.host === host ||
        (entry.host !== '' && host.endsWith(`.${entry.host}`))
      );
    });
}

function readEntry(entry: string): { host: string; port: string | undefined } {
  const withPort = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry);
  const host = (withPort?.[1] ?? entry).replace(/^\[(.*)\]$/, '$1').replace(/^\*?\./, '');
  return { host, port: withPort?.[2] };
}
