import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../errors.ts';
import { Redactor } from '../logs/redactor.ts';
import { redisConfig } from '../redis/redis-config.ts';
import {
  derived,
  type Environment,
  loadConfig,
  misspelledVariables,
  type Schema,
  secret,
  variable,
} from './config.ts';
import { readDotEnv, withDotEnv } from './dot-env.ts';
import { libbyConfig, libbyTimeouts } from './libby-config.ts';
import { logConfig } from './log-config.ts';
import { Secret } from './secret.ts';
import { flag, integer, oneOf, port, text } from './variable-types.ts';

const CANARY = 'canary-s3cret/+value';

const workerConfig = {
  redis: redisConfig,
  libby: libbyConfig,
  log: logConfig,
  worker: {
    concurrency: variable('WORKER_CONCURRENCY', integer({ min: 1, max: 10_000 }), { default: 50 }),
    http: derived({ port: variable('WORKER_HTTP_PORT', port(), { optional: true }) }, (values) => ({
      port: values.port ?? 9464,
      fallbackToFreePort: values.port === undefined,
    })),
    shutdownGraceMs: derived(
      {
        graceMs: variable('WORKER_SHUTDOWN_GRACE_MS', integer({ min: 0, max: 600_000 }), {
          default: 45_000,
        }),
        ...libbyTimeouts,
      },
      ({ graceMs, connectTimeoutMs, responseTimeoutMs }, report) => {
        const callMs = connectTimeoutMs + responseTimeoutMs;
        if (graceMs <= callMs) report('WORKER_SHUTDOWN_GRACE_MS', `must exceed ${callMs}`);
        return graceMs;
      },
    ),
  },
};

const credentials = { LIBBY_CLIENT_ID: 'id', LIBBY_CLIENT_SECRET: CANARY };

function problemsOf(schema: Schema, environment: Environment): string[] {
  try {
    loadConfig(schema, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'config-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

describe('a complete configuration', () => {
  test('has the documented defaults', () => {
    const config = loadConfig(workerConfig, credentials);
    expect(config).toMatchObject({
      redis: {
        connection: {
          topology: { kind: 'single', node: { host: '127.0.0.1', port: 6379 } },
          db: 0,
          tls: false,
        },
        prefix: '{libby}',
        allowVolatile: false,
      },
      libby: {
        apiUrl: 'https://phone.mylibby.ai',
        tokenUrl: 'https://libby.auth.us-east-1.amazoncognito.com/oauth2/token',
        clientId: 'id',
        scope: 'external-api-resource-server-1/call.out',
        xsrfToken: undefined,
        connectTimeoutMs: 5000,
        responseTimeoutMs: 30_000,
      },
      log: { level: 'info' },
      worker: {
        concurrency: 50,
        http: { port: 9464, fallbackToFreePort: true },
        shutdownGraceMs: 45_000,
      },
    });
    expect(config.libby.clientSecret.reveal()).toBe(CANARY);
  });

  test('is frozen all through', () => {
    const config = loadConfig(workerConfig, credentials);
    const parts = [
      config,
      config.redis,
      config.redis.connection.topology,
      config.libby.clientSecret,
      config.worker.http,
    ];
    expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true));
  });

  test('shows no secret however it is printed, and tells the redactor', () => {
    const redactor = new Redactor();
    const config = loadConfig(
      workerConfig,
      { ...credentials, REDIS_URL: `redis://u:${encodeURIComponent(CANARY)}@h` },
      { redactor },
    );
    const printed = `${inspect(config, { depth: 20, showHidden: true })}${JSON.stringify(config)}${String(config.libby.clientSecret)}`;
    expect(config.redis.connection.password?.reveal()).toBe(CANARY);
    expect(printed).not.toContain('canary');
    expect(redactor.text(`it is ${CANARY}.`)).toBe('it is [redacted].');
  });
});

describe('problems', () => {
  test('are reported all at once, by variable, as plain lines', () => {
    const problems = problemsOf(workerConfig, {
      LOG_LEVEL: 'loud',
      WORKER_CONCURRENCY: '12abc',
      LIBBY_CONNECT_TIMEOUT_MS: '1e3',
      DIALER_PREFIX: 'libby',
      LIBBY_API_URL: 'http://phone.example.com',
      DIALER_ALLOW_VOLATILE_REDIS: 'yes',
    });
    expect(problems).toEqual([
      expect.stringMatching(/^DIALER_PREFIX: must contain a hash tag/),
      'DIALER_ALLOW_VOLATILE_REDIS: must be 1 or 0',
      expect.stringMatching(/^LIBBY_API_URL: must begin with https:/),
      'LIBBY_CLIENT_ID: is required; set it or LIBBY_CLIENT_ID_FILE',
      'LIBBY_CLIENT_SECRET: is required; set it or LIBBY_CLIENT_SECRET_FILE',
      'LIBBY_CONNECT_TIMEOUT_MS: must be a whole number from 1 to 600000',
      'LOG_LEVEL: must be one of trace, debug, info, warn, error, fatal, silent',
      'WORKER_CONCURRENCY: must be a whole number from 1 to 10000',
    ]);
  });

  test('include relations between variables, also beside other problems', () => {
    expect(
      problemsOf(workerConfig, { LIBBY_CLIENT_ID: 'id', WORKER_SHUTDOWN_GRACE_MS: '35000' }),
    ).toEqual([
      'LIBBY_CLIENT_SECRET: is required; set it or LIBBY_CLIENT_SECRET_FILE',
      'WORKER_SHUTDOWN_GRACE_MS: must exceed 35000',
    ]);
  });

  test.each([
    '',
    ' 5',
    '5 ',
    '12abc',
    '1e3',
    '0x10',
    '+5',
    '5.0',
    '1_000',
    '٥',
    '99999999999999999999',
  ])('name the range for the number %j', (value) => {
    const schema = { n: variable('N', integer({ min: 1, max: 10 }), { default: 1 }) };
    expect(problemsOf(schema, { N: value }).join('\n')).toMatch(
      /^N: .*must be a whole number from 1 to 10/,
    );
  });

  test('never hold a value', () => {
    const everywhere = Object.fromEntries(
      [
        'REDIS_URL',
        'LIBBY_API_URL',
        'WORKER_CONCURRENCY',
        'LOG_LEVEL',
        'DIALER_PREFIX',
        'REDIS_SENTINELS',
        'LIBBY_SCOPE',
      ].map((name) => [name, `${CANARY}\n`]),
    );
    const problems = problemsOf(workerConfig, { ...everywhere, LIBBY_CLIENT_SECRET: `${CANARY} ` });
    expect(problems.length).toBeGreaterThanOrEqual(8);
    expect(problems.join('\n')).not.toContain('canary');
  });

  test('are all that can come of any text', () => {
    const urlParts = fc.constantFrom(
      'redis://',
      's',
      ':',
      '@',
      '/',
      '%',
      '[',
      ']',
      '{',
      '}',
      ',',
      '1',
      'h',
      '\0',
      '\u{d800}',
    );
    const schema = {
      a: variable('A', integer({ min: 0, max: 9 })),
      b: variable('B', oneOf(['x'])),
      c: redisConfig,
    };
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: urlParts })), (value) => {
        expect(
          problemsOf(schema, { A: value, B: value, REDIS_URL: value, DIALER_PREFIX: value }),
        ).toBeInstanceOf(Array);
      }),
    );
  });
});

const apiUrl = (environment: Environment) =>
  loadConfig(libbyConfig, { ...credentials, ...environment }).apiUrl;

describe('http', () => {
  test.each([
    'http://127.0.0.1:8080',
    'http://localhost:1',
    'http://[::1]:9',
    'https://api.example.com/v1',
  ])('accepts %s', (url) => expect(apiUrl({ LIBBY_API_URL: `${url}/` })).toBe(url));

  test('to another host needs the express wish', () => {
    expect(
      apiUrl({ LIBBY_API_URL: 'http://api.example.com', LIBBY_ALLOW_INSECURE_HTTP: '1' }),
    ).toBe('http://api.example.com');
  });

  test.each([
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'ftp://x',
    'https://u:p@x',
    'https://x/?q',
    'https://x/#f',
    'x',
  ])('refuses %s', (url) =>
    expect(problemsOf(libbyConfig, { ...credentials, LIBBY_API_URL: url })).toHaveLength(1),
  );
});

describe('NAME_FILE', () => {
  const schema = {
    key: variable('KEY', secret(), { fromFile: true }),
    plain: variable('PLAIN', text(), { optional: true }),
  };

  test.each(['\n', '\r\n', ''])('gives the content without a line break at its end (%j)', (end) => {
    expect(loadConfig(schema, { KEY_FILE: file('key', `${CANARY}${end}`) }).key.reveal()).toBe(
      CANARY,
    );
  });

  test('and NAME together are a problem', () => {
    expect(problemsOf(schema, { KEY: 'x', KEY_FILE: file('key', 'x') })).toEqual([
      'KEY: is set, and so is KEY_FILE; unset one of them',
    ]);
  });

  test('that cannot be read, or is empty, is a problem', () => {
    expect(problemsOf(schema, { KEY_FILE: join(directory, 'none') })).toEqual([
      'KEY_FILE: names a file that cannot be read (ENOENT)',
    ]);
    expect(problemsOf(schema, { KEY_FILE: directory })).toEqual([
      'KEY_FILE: names a file that cannot be read (EISDIR)',
    ]);
    expect(problemsOf(schema, { KEY_FILE: file('empty', '\n') })).toEqual([
      'KEY_FILE: names an empty file',
    ]);
  });

  test('has no meaning for a variable that holds no secret', () => {
    expect(
      loadConfig(schema, { KEY: 'abc', PLAIN_FILE: file('plain', 'x') }).plain,
    ).toBeUndefined();
  });
});

test('a flag is 1 or 0', () => {
  const schema = { on: variable('ON', flag(), { default: false }) };
  expect(['1', 'true', '0', 'false'].map((ON) => loadConfig(schema, { ON }).on)).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(problemsOf(schema, { ON: '' })).toEqual([
    'ON: is set but empty; must be 1 or 0, or unset it',
  ]);
});

describe('.env', () => {
  test('is read where it is, and missing is nothing', () => {
    expect(readDotEnv(join(directory, 'nowhere'))).toEqual({});
    file('.env', 'A=1\nB="two words"\n# C=3\n');
    expect(readDotEnv(directory)).toEqual({ A: '1', B: 'two words' });
  });

  test('never overrules the environment, in neither form of a variable', () => {
    const dotEnv = { A: 'dot', KEY: 'dot', TOKEN_FILE: '/dot', NEW: 'dot' };
    expect(withDotEnv({ A: 'real', KEY_FILE: '/real', TOKEN: 'real' }, dotEnv)).toEqual({
      A: 'real',
      KEY_FILE: '/real',
      TOKEN: 'real',
      NEW: 'dot',
    });
  });
});

test('misspelled variables are pointed out, others left alone', () => {
  const environment = {
    ...credentials,
    LIBBY_CLIENT_SECERT: 'x',
    WORKER_CONCURENCY: '5',
    LIBBY_OTHER: 'y',
    PATH: '/bin',
  };
  expect(misspelledVariables(workerConfig, environment)).toEqual([
    'LIBBY_CLIENT_SECERT is not a known variable and has no effect; did you mean LIBBY_CLIENT_SECRET?',
    'WORKER_CONCURENCY is not a known variable and has no effect; did you mean WORKER_CONCURRENCY?',
  ]);
});

test('a Secret gives its value only when asked', () => {
  const value = new Secret(CANARY);
  expect(
    [String(value), JSON.stringify({ value }), inspect({ value }), inspect(value)].join(' '),
  ).not.toContain('canary');
  expect(value.reveal()).toBe(CANARY);
});
