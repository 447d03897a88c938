import {
  type ConfigOf,
  flag,
  libbyConfig,
  logConfig,
  redisConfig,
  type Schema,
  secret,
  text,
  variable,
} from '@libby-dialer/runtime';

/** What is examined. */
export const doctorConfig = {
  redis: redisConfig,
  log: logConfig,
  libby: {
    ...libbyConfig,
    clientId: variable('LIBBY_CLIENT_ID', text(), { fromFile: true, optional: true }),
    clientSecret: variable('LIBBY_CLIENT_SECRET', secret(), { fromFile: true, optional: true }),
    allowInsecureHttp: variable('LIBBY_ALLOW_INSECURE_HTTP', flag(), { default: false }),
  },
} satisfies Schema;
export type DoctorConfig = ConfigOf<typeof doctorConfig>;
