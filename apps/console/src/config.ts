import { doctorConfig } from '@libby-dialer/operations';
import {
  type ConfigOf,
  derived,
  type Environment,
  httpConfig,
  integer,
  parsed,
  problem,
  type Schema,
  text,
  variable,
} from '@libby-dialer/runtime';
import { isNetwork } from './http/trusted-proxies.ts';

export const DEFAULT_HTTP_PORT = 8700;

const proxyVariables = {
  addresses: variable('CONSOLE_PROXY_ADDRESSES', networks(), {
    default: [],
    about:
      'the proxies in front of it, such as 10.0.0.7,10.1.0.0/16: where a request comes from is asked of them alone',
  }),
  userHeader: variable('CONSOLE_PROXY_USER_HEADER', headerName(), {
    optional: true,
    about:
      'by which of their headers they name who has logged in there, such as X-Forwarded-User; they must not let one of a browser pass',
  }),
};

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
  proxies: derived(proxyVariables, (proxies, report) => {
    if (proxies.userHeader !== undefined && proxies.addresses.length === 0)
      report('CONSOLE_PROXY_USER_HEADER', 'needs CONSOLE_PROXY_ADDRESSES: anybody can send it');
    return proxies;
  }),
  requestsPerSecond: variable('CONSOLE_REQUESTS_PER_SECOND', integer({ min: 1, max: 100_000 }), {
    default: 500,
    about: 'how many requests of the API each caller may make',
  }),
} satisfies Schema;
export type ConsoleConfig = ConfigOf<typeof consoleConfig>;

function networks() {
  return parsed((value): readonly string[] | ReturnType<typeof problem> => {
    const given = value.split(',').map((each) => each.trim());
    if (given.every(isNetwork)) return given;
    return problem('must be addresses or networks, with commas: 10.0.0.7,10.1.0.0/16');
  });
}

function headerName() {
  return parsed((value) =>
    /^[A-Za-z][\w-]{0,99}$/.test(value) ? value : problem('must be the name of a header'),
  );
}

/** The environment of this process, as it was given. */
export function processEnvironment(): Environment {
  return process.env;
}
