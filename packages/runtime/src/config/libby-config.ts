import { type ConfigOf, derived, secret, variable } from './config.ts';
import { libbyProxy } from './proxy-config.ts';
import { flag, httpUrl, integer, isLoopback, text } from './variable-types.ts';

/** As the provider's page has it. */
export const DEFAULT_SCOPE = 'external-api-resource-server-1/call.out';

/** Data and credentials go over a network that anybody may read. */
export const allowInsecureHttp = variable('LIBBY_ALLOW_INSECURE_HTTP', flag(), {
  default: false,
  about: '1: allow http:// to other machines than this one',
});

/**
 * A URL that credentials or personal data are sent to: https, or this machine, or insecure by
 * express wish.
 */
function serviceUrl(name: string, fallback: string, about: string) {
  return derived(
    { url: variable(name, httpUrl(), { default: fallback, about }), allowInsecureHttp },
    (values, report) => {
      if (values.url.startsWith('http:') && !isLoopback(values.url) && !values.allowInsecureHttp) {
        report(
          name,
          'must begin with https://; set LIBBY_ALLOW_INSECURE_HTTP=1 only on a network you trust',
        );
      }
      return values.url;
    },
  );
}

/**
 * `LIBBY_CONNECT_TIMEOUT_MS` and `LIBBY_RESPONSE_TIMEOUT_MS`, also for relations with other
 * variables.
 */
export const libbyTimeouts = {
  connectTimeoutMs: variable('LIBBY_CONNECT_TIMEOUT_MS', integer({ min: 1, max: 600_000 }), {
    default: 5000,
    about: 'how long a connection to the API may take',
  }),
  responseTimeoutMs: variable('LIBBY_RESPONSE_TIMEOUT_MS', integer({ min: 1, max: 600_000 }), {
    default: 30_000,
    about: 'how long an answer of the API may take; after that the call is in doubt',
  }),
};

const apiUrl = serviceUrl(
  'LIBBY_API_URL',
  'https://phone.mylibby.ai',
  'calls go to its /outbound; it may also end in /outbound itself',
);
const tokenUrl = serviceUrl(
  'LIBBY_TOKEN_URL',
  'https://libby.auth.us-east-1.amazoncognito.com/oauth2/token',
  'where access tokens come from',
);

/** Where calls and token requests go, through which proxies, and with which credentials. */
export const libbyConfig = {
  apiUrl,
  tokenUrl,
  apiProxy: libbyProxy(apiUrl),
  tokenProxy: libbyProxy(tokenUrl),
  clientId: variable('LIBBY_CLIENT_ID', text(), {
    fromFile: true,
    about: 'your access to the Libby API',
  }),
  clientSecret: variable('LIBBY_CLIENT_SECRET', secret(), {
    fromFile: true,
    about: 'the secret that goes with it',
  }),
  scope: variable('LIBBY_SCOPE', text(), {
    default: DEFAULT_SCOPE,
    about: 'the scope of the access token',
  }),
  xsrfToken: variable('LIBBY_XSRF_TOKEN', secret(), {
    fromFile: true,
    optional: true,
    about: 'sent as the cookie XSRF-TOKEN with token requests',
  }),
  ...libbyTimeouts,
};

export type LibbyConfig = ConfigOf<typeof libbyConfig>;
