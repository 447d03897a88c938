import { doctorConfig } from '@libby-dialer/operations';
import {
  type ConfigOf,
  type Environment,
  httpConfig,
  integer,
  type Schema,
  text,
  variable,
} from '@libby-dialer/runtime';

export const DEFAULT_HTTP_PORT = 8700;

/** What the console reads: the doctor examines by the same. */
export const consoleConfig = {
  ...doctorConfig,
  http: httpConfig(
    'CONSOLE',
    DEFAULT_HTTP_PORT,
    'the page, the HTTP API, /healthz, /readyz and /metrics; 0: any free port',
  ),
  lists: {
    folder: variable('CONSOLE_LISTS_FOLDER', text(), {
      optional: true,
      about: 'where uploaded lists are kept for a day; several consoles may share one',
      shownDefault: 'a private one of its own, gone when it stops',
    }),
    maxMegabytes: variable('CONSOLE_LIST_MAX_MB', integer({ min: 1, max: 100_000 }), {
      default: 512,
      about: 'how large an uploaded list may be, in megabytes',
    }),
  },
  requestsPerSecond: variable('CONSOLE_REQUESTS_PER_SECOND', integer({ min: 1, max: 100_000 }), {
    default: 500,
    about: 'how many requests of the API each caller may make',
  }),
} satisfies Schema;
export type ConsoleConfig = ConfigOf<typeof consoleConfig>;

/** The environment of this process, as it was given. */
export function processEnvironment(): Environment {
  return process.env;
}
