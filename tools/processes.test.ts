import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runQuietly } from './processes.mjs';

const wrapper = `
  import { endLike, runInForeground } from ${JSON.stringify(join(import.meta.dirname, 'processes.mjs'))};
  endLike(await runInForeground(process.execPath, ['-e', process.argv[1]]));
`;

/** A wrapper around a child that runs `script`, and no terminal anywhere. */
function wrap(script: string) {
  return spawn(process.execPath, ['--input-type=module', '-e', wrapper, script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

const readyThen = (rest: string) => `setInterval(() => {}, 1000); ${rest}; console.log('ready')`;

it('ends with the exit code of its child', async () => {
  const [code, signal] = await once(wrap('process.exitCode = 3'), 'close');
  expect({ code, signal }).toEqual({ code: 3, signal: null });
});

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'passes %s on and dies of it as the child does',
  async (name) => {
    const child = wrap(readyThen(''));
    await once(child.stdout, 'data');
    child.kill(name);
    const [code, signal] = await once(child, 'close');
    expect({ code, signal }).toEqual({ code: null, signal: name });
  },
);

it('waits for a child that ends in its own way on a signal', async () => {
  const child = wrap(readyThen(`process.once('SIGTERM', () => process.exit(7))`));
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  const [code] = await once(child, 'close');
  expect(code).toBe(7);
});

it('keeps what a quiet program prints, and how it ends', async () => {
  const script = `console.log('out'); console.error('err'); process.exitCode = 4`;
  const { code, output } = await runQuietly(process.execPath, ['-e', script]);
  expect(code).toBe(4);
  expect(output.split('\n').filter(Boolean).toSorted()).toEqual(['err', 'out']);
});

it('stops a quiet program on request, and only then returns', async () => {
  const { signal } = await runQuietly(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
    signal: AbortSignal.timeout(50),
  });
  expect(signal).toBe('SIGTERM');
});
