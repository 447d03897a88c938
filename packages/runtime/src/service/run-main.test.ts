import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { patienceMs } from '@libby-dialer/testkit';
import { describe, expect, test } from 'vitest';
import { DialerError } from '../errors.ts';
import { runMain } from './run-main.ts';

const at = (module: string) => JSON.stringify(import.meta.resolve(module));

/**
 * Starts a program whose main function has this body. It loads only what it needs, so that it
 * starts quickly.
 */
function program(body: string, env: Record<string, string> = {}): ChildProcessWithoutNullStreams {
  const source = `
    import { setTimeout as wait } from 'node:timers/promises';
    import { ConfigError, DialerError, UsageError } from ${at('../errors.ts')};
    import { runMain } from ${at('./run-main.ts')};
    import { Secret } from ${at('../config/secret.ts')};
    import { runService } from ${at('./service.ts')};
    const logTo = async (context) => {
      const { createLogger } = await import(${at('../logs/logger.ts')});
      context.logCrashesTo(createLogger({ level: 'info', name: 'x', redactor: context.redactor }));
    };
    await runMain(process, async (context) => { ${body} });`;
  return spawn(process.execPath, ['--input-type=module-typescript', '-e', source], {
    env: { ...process.env, LOG_LEVEL: 'info', ...env },
    timeout: patienceMs(),
    killSignal: 'SIGKILL',
  });
}

async function result(child: ChildProcessWithoutNullStreams) {
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null, string | null]>,
  ]);
  return { code, signal, stdout, stderr };
}

const run = (body: string, env?: Record<string, string>) => result(program(body, env));

test('what an error says is shown on a terminal, not obeyed', async () => {
  const stderr = Object.assign(new PassThrough(), { isTTY: true });
  const host = Object.assign(new EventEmitter(), {
    stdout: new PassThrough(),
    stderr,
    env: {},
    exit: () => {},
    getActiveResourcesInfo: () => [],
  });
  await runMain(host as unknown as NodeJS.Process, () =>
    Promise.reject(new DialerError('x', 'The list has the headings "\u001b[2J", "Phone\u202e".')),
  );
  expect(stderr.read()?.toString()).toBe(
    'The list has the headings "\\u001b[2J", "Phone\\u202e".\n',
  );
});

describe('exit codes', () => {
  test.each<[string, number, string]>([
    ['', 0, ''],
    ['return 3;', 3, ''],
    [
      `throw new UsageError('No such command: lod; see --help.');`,
      2,
      'No such command: lod; see --help.\n',
    ],
    [
      `throw new ConfigError([{ variable: 'A', message: 'is bad' }, { variable: 'B', message: 'is worse' }]);`,
      2,
      'A: is bad\nB: is worse\n',
    ],
    [`throw new DialerError('x', 'Redis is away; start it.');`, 1, 'Redis is away; start it.\n'],
    [
      `throw new TypeError('oops');`,
      1,
      'unexpected error: oops; run with LOG_LEVEL=debug for details\n',
    ],
    [
      `setTimeout(() => { throw new TypeError('later'); }); await wait(60_000);`,
      1,
      'unexpected error: later; run with LOG_LEVEL=debug for details\n',
    ],
    [
      `void Promise.reject(new Error('loose')); await wait(60_000);`,
      1,
      'unexpected error: loose; run with LOG_LEVEL=debug for details\n',
    ],
  ])('%s', async (body, code, stderr) => {
    expect(await run(body)).toEqual({ code, signal: null, stdout: '', stderr });
  });

  test('with LOG_LEVEL=debug a crash shows its stack', async () => {
    const { stderr } = await run(`throw new TypeError('oops');`, { LOG_LEVEL: 'debug' });
    expect(stderr).toMatch(/^TypeError: oops\n {4}at /);
  });

  test('what is printed is redacted', async () => {
    const { stderr } = await run(`context.redactor.registerSecret(new Secret('hunter22'));
      throw new Error('hunter22 for +15055550123');`);
    expect(stderr).toContain('unexpected error: [redacted] for +1********23;');
  });

  test('a crash of a service is logged, with its stack', async () => {
    const { code, stderr } = await run(
      `await logTo(context); throw new TypeError('for +15055550123');`,
    );
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({
      level: 60,
      err: { type: 'TypeError', message: 'for +1********23' },
    });
  });

  test('a handle left open does not keep the process', async () => {
    const { code, stderr } = await run(`await logTo(context);
      setInterval(() => {}, 60_000);
      return 3;`);
    expect(code).toBe(3);
    expect(JSON.parse(stderr)).toMatchObject({
      msg: 'ended although something was left open',
      left: expect.stringContaining('Timeout'),
    });
  });

  test('a reader of standard output that goes away is no crash', async () => {
    const child = program(
      `for (;;) { process.stdout.write('line\\n'.repeat(1000)); await wait(1); }`,
    );
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect([code, stderr]).toEqual([141, '']);
  });
});

const SERVICE = (stop: string) => `
  await runService({ async start() { process.stdout.write('ready'); }, async stop() { ${stop} } },
    { signal: context.signal, stopWithinMs: 60_000 });
  return 0;`;

async function signaled(body: string, ...signals: NodeJS.Signals[]) {
  const child = program(body);
  const ended = result(child);
  await once(child.stdout, 'data');
  for (const [index, signal] of signals.entries()) {
    if (index > 0) await once(child.stdout, 'data');
    child.kill(signal);
  }
  return ended;
}

describe('signals', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s stops a service, which ends well',
    async (signal) => {
      const ended = await signaled(SERVICE(`process.stdout.write(' stopped');`), signal);
      expect(ended).toEqual({ code: 0, signal: null, stdout: 'ready stopped', stderr: '' });
    },
  );

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('a second %s ends at once', async (signal, code) => {
    const ended = await signaled(
      SERVICE(`process.stdout.write(' stopping'); await wait(60_000);`),
      'SIGTERM',
      signal,
    );
    expect(ended).toEqual({ code, signal: null, stdout: 'ready stopping', stderr: '' });
  });

  test('a command that is interrupted ends with 130 and says nothing', async () => {
    const waiting = 'await wait(60_000, undefined, { signal: context.signal });';
    const ended = await signaled(`process.stdout.write('ready'); ${waiting}`, 'SIGINT');
    expect(ended).toEqual({ code: 130, signal: null, stdout: 'ready', stderr: '' });
  });

  test('a command that does not heed the signal is ended at the deadline', async () => {
    const ended = await signaled(
      `context.stopWithin(50); process.stdout.write('ready'); await wait(60_000);`,
      'SIGTERM',
    );
    expect(ended).toMatchObject({ code: 143, stderr: 'did not stop within 50 ms; ended\n' });
  });
});
