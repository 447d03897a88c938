import {
  allowInsecureHttp,
  type ConfigOf,
  httpConfig,
  httpsProxyConfig,
  logConfig,
  parsed,
  problem,
  redisConfig,
  type Schema,
  Secret,
  secret,
  type VariableType,
  variable,
} from '@libby-dialer/runtime';
import { keyOf } from './forwarding/webhook-signature.ts';

export const DEFAULT_HTTP_PORT = 9465;

/** What the daemon reads. */
export const serveConfig = {
  redis: redisConfig,
  log: logConfig,
  http: httpConfig(
    'ENQUEUER',
    DEFAULT_HTTP_PORT,
    '/healthz, /readyz and /metrics of the daemon; 0: any free port',
  ),
} satisfies Schema;
export type ServeConfig = ConfigOf<typeof serveConfig>;

export const DEFAULT_FORWARD_PORT = 9466;

/** One secret or, while it is being changed, several with a space between them. */
function webhookSecrets(): VariableType<readonly Secret[]> {
  return parsed((value) => {
    const secrets = value.split(/\s+/).filter((secret) => secret !== '');
    if (secrets.length > 0 && secrets.every((secret) => keyOf(secret) !== undefined)) {
      return secrets.map((secret) => new Secret(secret));
    }
    return problem(
      'must be at least 24 random characters, or whsec_ and at least 24 bytes in base64; several are separated by spaces',
    );
  });
}

/** What `forward` reads to deliver results. */
export const forwardConfig = {
  redis: redisConfig,
  log: logConfig,
  /** Path, query and credentials may be secrets. */
  url: variable('FORWARD_URL', secret(), {
    fromFile: true,
    optional: true,
    about:
      'where results are posted; --to says the same, but users of a machine can read arguments',
  }),
  proxy: httpsProxyConfig,
  secrets: variable('FORWARD_SECRET', webhookSecrets(), {
    fromFile: true,
    about:
      'signs what is sent: whsec_ and base64, or at least 24 characters; several, with a space between them, while it changes',
  }),
  allowInsecureHttp,
  http: httpConfig(
    'FORWARD',
    DEFAULT_FORWARD_PORT,
    '/healthz, /readyz and /metrics of the forwarder; 0: any free port',
  ),
} satisfies Schema;
export type ForwardConfig = ConfigOf<typeof forwardConfig>;
