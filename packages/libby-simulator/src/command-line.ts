import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { parseScript, type ScriptRule } from './script.ts';
import { SIMULATOR_DEFAULTS, type SimulatorOptions } from './simulator.ts';
import { SimulatorError } from './simulator-error.ts';

/** What the arguments ask for: a text to print, or a simulator to run. */
export type Command = { readonly text: string } | { readonly options: SimulatorOptions };

/** The options, and what `--help` says of them. */
const OPTIONS = {
  host: {
    type: 'string',
    value: 'HOST',
    about: `where to listen (default ${SIMULATOR_DEFAULTS.host})`,
  },
  port: { type: 'string', value: 'PORT', about: '0, the default, takes any free port' },
  'client-id': {
    type: 'string',
    value: 'ID',
    about: `the only client that gets tokens (default ${SIMULATOR_DEFAULTS.clientId})`,
  },
  'client-secret': {
    type: 'string',
    value: 'SECRET',
    about: `its secret (default ${SIMULATOR_DEFAULTS.clientSecret})`,
  },
  scope: {
    type: 'string',
    value: 'SCOPE',
    about: `that calls need (default ${SIMULATOR_DEFAULTS.scope})`,
  },
  'other-scope': {
    type: 'string',
    multiple: true,
    value: 'SCOPE',
    about: 'granted too, but does not allow calls; repeatable',
  },
  'token-lifetime-s': {
    type: 'string',
    value: 'N',
    about: `how long a token is valid (default ${SIMULATOR_DEFAULTS.tokenLifetimeS})`,
  },
  agent: {
    type: 'string',
    multiple: true,
    value: 'NUMBER',
    about: 'a from-number with an agent; repeatable. Without it, every one has',
  },
  'latency-ms': {
    type: 'string',
    value: 'N',
    about: `how long every answer takes (default ${SIMULATOR_DEFAULTS.latencyMs})`,
  },
  script: { type: 'string', value: 'FILE', about: 'JSON: an array of rules, see below' },
  seed: {
    type: 'string',
    value: 'N',
    about: `decides which requests a "rate" strikes (default ${SIMULATOR_DEFAULTS.seed})`,
  },
  truth: {
    type: 'string',
    value: 'FILE',
    about: 'append every request as a JSON line, on disk before it is answered',
  },
  'keep-calls': {
    type: 'string',
    value: 'N',
    about: `GET /calls lists the latest N requests (default ${SIMULATOR_DEFAULTS.keepCalls})`,
  },
  'keep-payloads': {
    type: 'string',
    value: 'N',
    about: `of these, the latest N with payload (default ${SIMULATOR_DEFAULTS.keepPayloads})`,
  },
  help: { type: 'boolean', value: '', about: 'show this' },
  version: { type: 'boolean', value: '', about: 'show the version' },
} as const;

const OPTION_LINES = Object.entries(OPTIONS).map(([name, { value, about }]) =>
  `  ${`--${name} ${value}`.padEnd(22)}  ${about}`.trimEnd(),
);

const HELP = `Usage: simulator [options]

Simulates both endpoints of the Libby API on one port. When ready it prints one JSON line:
{"apiUrl", "tokenUrl", "clientId", "clientSecret", "scope"}. SIGTERM or SIGINT stops it.

${OPTION_LINES.join('\n')}

Counts are of all requests, always. A request takes some 250 bytes of memory, and its payload.

Endpoints: POST /oauth2/token, POST /outbound, and
  GET /calls      {"calls": [{"at", "atMs", "toPhoneNumber", "fromPhoneNumber", "nth", "answer",
                  "taken", "payload"}], "byNumber": {"+1...": n}}: every request that named a
                  number; n counts the calls taken. ?payloads=false and ?calls=false leave these out
  GET /stats      {"requests", "taken", "numbersTaken", "numbersTakenAgain", "answers",
                  "tokenRequests", "tokenGrants", "inFlight", "maxInFlight"}
  PUT /script     an array of rules, in place of those of --script
  DELETE /tokens  revokes what was granted

Rules: {"match": {...}, "do": {...}}; the first that matches decides. {} matches every call.
  match   "toPhoneNumber"
          "nth": the request's ordinal for that number, from 1
          "rate": probability from 0 to 1, the same requests in every run
          "endpoint": "token" for token requests; "nth" then counts those
  do      "status", "headers", "body" (text, or JSON), "latencyMs", "fault", "taken"
  fault   hang: read, never answered. reset_before: connection reset, not processed
          reset_after: taken, then reset. garbage: taken, then bytes that are not HTTP
          truncate: taken, then a 200 cut off in its body

A call is taken (the phone rings) with a 2xx and with reset_after, garbage and truncate; "taken":
true or false beside another answer says otherwise (a 504 after the phone rang). A request without
valid token, payload and agent is refused whatever the rules say, and never taken; only hang and
reset_before come before these checks.
`;

/** Reads the script file if one is named. Throws a SimulatorError: `bad_usage` or `bad_script`. */
export async function parseCommandLine(args: readonly string[]): Promise<Command> {
  const values = parseOptions(args);
  if (values.help) return { text: HELP };
  if (values.version) return { text: `${manifest.version}\n` };
  const given = {
    host: values.host,
    port: wholeNumber('--port', values.port, 0, 65_535),
    clientId: values['client-id'],
    clientSecret: values['client-secret'],
    scope: values.scope,
    otherScopes: values['other-scope'],
    tokenLifetimeS: wholeNumber('--token-lifetime-s', values['token-lifetime-s'], 1, 86_400),
    agents: values.agent,
    latencyMs: wholeNumber('--latency-ms', values['latency-ms'], 0, 3_600_000),
    script: values.script === undefined ? undefined : await readScript(values.script),
    seed: wholeNumber('--seed', values.seed, 0, Number.MAX_SAFE_INTEGER),
    truthFile: values.truth,
    keepCalls: wholeNumber('--keep-calls', values['keep-calls'], 0, 100_000_000),
    keepPayloads: wholeNumber('--keep-payloads', values['keep-payloads'], 0, 100_000_000),
  };
  return { options: withoutUndefined(given) };
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false })
      .values;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('. ')[0] : String(cause);
    throw new SimulatorError('bad_usage', `${reason}; see --help`, { cause });
  }
}

function wholeNumber(
  option: string,
  text: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new SimulatorError(
    'bad_usage',
    `${option} must be a whole number from ${least} to ${most}`,
  );
}

async function readScript(path: string): Promise<ScriptRule[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SimulatorError('bad_script', `cannot read the script ${path}`, { cause });
  });
  const rules = parseJson(text, path);
  parseScript(rules, 0);
  return rules as ScriptRule[];
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SimulatorError('bad_script', `the script ${path} is not JSON`, { cause });
  }
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** An option not given must be absent, not undefined, to leave the default in place. */
function withoutUndefined<T extends object>(values: T): Given<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Given<T>;
}
