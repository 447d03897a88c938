import { type ConfigOf, derived, secret, variable } from './config.ts';
import { libbyProxy } from './proxy-config.ts';
import { flag, httpUrl, integer, isLoopback, text } from './variable-types.ts';

/** As the provider's page has it. */
export const DEFAULT_SCOPE = 'external-api-resource-server-1/call.out';

const allowInsecureHttp = variable('LIBBY_ALLOW_INSECURE_HTTP', flag(), { default: false });

/**
 * A URL that credentials or personal data are sent to: https, or this machine, or insecure by
 * express wish.
 */
function serviceUrl(name: string, fallback: string) {
  return derived(
    { url: variable(name, httpUrl(), { default: fallback }), allowInsecureHttp },
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
  }),
  responseTimeoutMs: variable('LIBBY_RESPONSE_TIMEOUT_MS', integer({ min: 1, max: 600_000 }), {
    default: 30_000,
  }),
};

const apiUrl = serviceUrl('LIBBY_API_URL', 'https://phone.mylibby.ai');
const tokenUrl = serviceUrl(
  'LIBBY_TOKEN_URL',
  'https://libby.auth.us-east-1.amazoncognito.com/oauth2/token',
);

/** Where calls and token requests go, through which proxies, and with which credentials. */
export const libbyConfig = {
  apiUrl,
  tokenUrl,
  apiProxy: libbyProxy(apiUrl),
  tokenProxy: libbyProxy(tokenUrl),
  clientId: variable('LIBBY_CLIENT_ID', text(), { fromFile: true }),
  clientSecret: variable('LIBBY_CLIENT_SECRET', secret(), { fromFile: true }),
  scope: variable('LIBBY_SCOPE', text(), { default: DEFAULT_SCOPE }),
  xsrfToken: variable('LIBBY_XSRF_TOKEN', secret(), { fromFile: true, optional: true }),
  ...libbyTimeouts,
};

export type LibbyConfig = ConfigOf<typeof libbyConfig>;
