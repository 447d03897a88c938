import {
  allowInsecureHttp,
  type ConfigOf,
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
    clientId: variable('LIBBY_CLIENT_ID', text(), {
      fromFile: true,
      optional: true,
      about: 'your access to the Libby API',
    }),
    clientSecret: variable('LIBBY_CLIENT_SECRET', secret(), {
      fromFile: true,
      optional: true,
      about: 'the secret that goes with it',
    }),
    allowInsecureHttp,
  },
} satisfies Schema;
export type DoctorConfig = ConfigOf<typeof doctorConfig>;
