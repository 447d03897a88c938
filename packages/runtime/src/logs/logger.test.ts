import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { createLogger, type LoggerOptions } from './logger.ts';
import { Redactor } from './redactor.ts';

const PHONE = '+15055550123';
const NAME = 'Canary Person';
const SECRET = 'canary-secret-value';

function capture(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const redactor = new Redactor();
  redactor.registerSecret(SECRET);
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({
    level: 'debug',
    name: 'worker',
    destination,
    redactor,
    ...options,
  });
  return { logger, lines, output: () => lines.join('') };
}

function failure(): Error {
  return Object.assign(
    new Error(`dial ${PHONE} with ${SECRET}`, { cause: new TypeError(`cause ${PHONE} ${SECRET}`) }),
    {
      payload: { name: NAME, toPhoneNumber: PHONE },
    },
  );
}

describe('nothing personal or secret gets out', () => {
  test.each<[string, (log: ReturnType<typeof capture>['logger']) => void]>([
    ['message', (log) => log.info(`to ${PHONE} ${SECRET}`)],
    ['message with parts', (log) => log.info('to %s %s %o', PHONE, SECRET, { x: PHONE })],
    [
      'fields',
      (log) => log.info({ name: NAME, toPhoneNumber: PHONE, token: SECRET, note: SECRET }, 'x'),
    ],
    [
      'nested fields',
      (log) =>
        log.info({ job: { data: { rows: [{ name: NAME, toPhoneNumber: PHONE, x: SECRET }] } } }),
    ],
    ['error alone', (log) => log.error(failure())],
    ['error as err', (log) => log.error({ err: failure() }, 'failed')],
    ['error elsewhere', (log) => log.error({ reason: { deep: failure() } })],
    [
      'child',
      (log) => log.child({ name: NAME, to: PHONE, deep: { password: 'x', s: SECRET } }).info('x'),
    ],
    [
      'grandchild',
      (log) => log.child({ a: 1 }).child({ name: NAME, to: PHONE, s: SECRET }).info(SECRET),
    ],
    ['child with prefix', (log) => log.child({}, { msgPrefix: `${PHONE} ` }).info('x')],
    [
      'bindings set later',
      (log) => (log.setBindings({ to: PHONE, name: NAME, s: SECRET }), log.info('x')),
    ],
  ])('%s', (_where, write) => {
    const { logger, output } = capture({ bindings: { host: SECRET } });
    write(logger);
    expect(output()).not.toMatch(/5055550123|Canary|canary/);
    expect(JSON.parse(output())).toMatchObject({ service: 'worker', host: '[redacted]' });
  });

  test('and what remains is still of use', () => {
    const { logger, output } = capture();
    logger.error({ err: failure(), campaign: 'spring' }, `no answer from ${PHONE}`);
    expect(JSON.parse(output())).toMatchObject({
      level: 50,
      campaign: 'spring',
      msg: 'no answer from +1********23',
      err: {
        type: 'Error',
        message: 'dial +1********23 with [redacted]',
        cause: { type: 'TypeError', message: 'cause +1********23 [redacted]' },
        stack: expect.stringContaining('logger.test.ts'),
      },
    });
  });

  test('pretty, and what a terminal would obey is shown', () => {
    const { logger, output } = capture({ pretty: true });
    logger.info(
      { heading: '\u001b[2J', deep: [{ said: '\u009b1A\u202e' }] },
      'read \u001b]0;x\u0007',
    );
    expect(output()).toMatch(/read \\u001b\]0;x\\u0007/);
    expect(output()).toMatch(/\\u001b\[2J[^]*\\u009b1A\\u202e/);
    expect(output()).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  });

  test('pretty', () => {
    const { logger, output } = capture({ pretty: true });
    logger.error({ err: failure(), name: NAME }, `to ${PHONE} ${SECRET}`);
    expect(output()).not.toMatch(/5055550123|Canary|canary/);
    expect(output()).toContain('ERROR');
  });
});

test('a level that is off looks at nothing', () => {
  const { logger, lines } = capture({ level: 'info' });
  logger.debug({
    get field() {
      throw new Error('was read');
    },
  });
  expect(lines).toEqual([]);
});

const chatter = (pretty: boolean) => `
  import { createLogger } from ${JSON.stringify(import.meta.resolve('./logger.ts'))};
  const logger = createLogger({ level: 'info', name: 'x', pretty: ${pretty} });
  for (let i = 0; i < 5000; i += 1) logger.info({ i }, 'line');
  process.exit(0);`;

describe('standard error', () => {
  test.each([false, true])(
    'has every line when the process exits at once (pretty: %s)',
    (pretty) => {
      const run = spawnSync(
        process.execPath,
        ['--input-type=module-typescript', '-e', chatter(pretty)],
        {
          encoding: 'utf8',
          maxBuffer: 64 * 1024 * 1024,
        },
      );
      expect(run.stdout).toBe('');
      expect(run.stderr.match(/line/g)?.length).toBe(5000);
      expect(run.stderr.startsWith('{')).toBe(!pretty);
    },
  );
});
