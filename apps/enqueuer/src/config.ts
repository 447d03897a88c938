import {
  type ConfigOf,
  type Environment,
  flag,
  httpsProxyConfig,
  libbyConfig,
  logConfig,
  parsed,
  port,
  problem,
  readDotEnv,
  redisConfig,
  type Schema,
  Secret,
  secret,
  text,
  type VariableType,
  variable,
  withDotEnv,
} from '@libby-dialer/runtime';
import { keyOf } from './forward/webhook-signature.ts';

/** What every command reads. The client's id and secret are the worker's business. */
export const enqueuerConfig = { redis: redisConfig, log: logConfig } satisfies Schema;
export type EnqueuerConfig = ConfigOf<typeof enqueuerConfig>;

export const DEFAULT_HTTP_PORT = 9465;

/** What the daemon reads. */
export const serveConfig = {
  ...enqueuerConfig,
  http: {
    /** Undefined: the default port, or a free one if a daemon on this host has it already. */
    port: variable('ENQUEUER_HTTP_PORT', port(), { optional: true }),
    host: variable('ENQUEUER_HTTP_HOST', text(), { default: '127.0.0.1' }),
  },
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
  ...enqueuerConfig,
  /** Path, query and credentials may be secrets. */
  url: variable('FORWARD_URL', secret(), { fromFile: true, optional: true }),
  proxy: httpsProxyConfig,
  secrets: variable('FORWARD_SECRET', webhookSecrets(), { fromFile: true }),
  allowInsecureHttp: variable('LIBBY_ALLOW_INSECURE_HTTP', flag(), { default: false }),
  http: {
    /** Undefined: the default port, or a free one if a forwarder on this host has it already. */
    port: variable('FORWARD_HTTP_PORT', port(), { optional: true }),
    host: variable('FORWARD_HTTP_HOST', text(), { default: '127.0.0.1' }),
  },
} satisfies Schema;

/** What `doctor` examines beside that. */
export const doctorConfig = {
  ...enqueuerConfig,
  libby: {
    ...libbyConfig,
    clientId: variable('LIBBY_CLIENT_ID', text(), { fromFile: true, optional: true }),
    clientSecret: variable('LIBBY_CLIENT_SECRET', secret(), { fromFile: true, optional: true }),
    allowInsecureHttp: variable('LIBBY_ALLOW_INSECURE_HTTP', flag(), { default: false }),
  },
} satisfies Schema;
export type DoctorConfig = ConfigOf<typeof doctorConfig>;

/** The environment of this process, and what `.env` in the working directory adds to it. */
export function processEnvironment(): Environment {
  return withDotEnv(process.env, readDotEnv(process.cwd()));
}
