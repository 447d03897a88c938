import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@libby-dialer/embedded';
import { describe, expect, test } from 'vitest';
import { runProcess, spawnProcess } from './spawn-process.ts';

const NODE = process.execPath;
const SLEEPER = "console.log('up'); setInterval(() => undefined, 1000);";

describe('spawnProcess', () => {
  test('collects lines of both streams and waits for one, said or to come', async () => {
    await using child = await spawnProcess(NODE, [
      '-e',
      "console.log('one'); console.error('two'); setTimeout(() => console.log('three'), 50);",
    ]);
    expect(await child.waitForLine(/^thr/)).toBe('three');
    expect(await child.waitForLine((line) => line.includes('wo'))).toBe('two');
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(child.stdout).toEqual(['one', 'three']);
    expect(child.stderr).toEqual(['two']);
  });

  test('keeps a last line without line break', async () => {
    await using child = await spawnProcess(NODE, [
      '-e',
      "process.stdout.write('a\\r\\nb'); process.exitCode = 3;",
    ]);
    expect(await child.exited).toEqual({ code: 3, signal: null });
    expect(child.stdout).toEqual(['a', 'b']);
  });

  test('waiting for a line ends with the process, or with the time', async () => {
    await using brief = await spawnProcess(NODE, ['-e', "console.log('bye')"]);
    await expect(brief.waitForLine(/never/)).rejects.toThrow(/it has ended. Its last lines:\nbye/);
    await expect(brief.waitForLine(/never/)).rejects.toThrow('it has ended');
    await using lasting = await spawnProcess(NODE, ['-e', SLEEPER]);
    await expect(lasting.waitForLine(/never/, 20)).rejects.toThrow('not within 20 ms');
  });

  test('stops by signal, once or twice', async () => {
    const child = await spawnProcess(NODE, [
      '-e',
      `process.on('SIGTERM', () => process.exit(7)); ${SLEEPER}`,
    ]);
    await child.waitForLine(/up/);
    expect(await child.stop()).toEqual({ code: 7, signal: null });
    expect(await child.stop()).toEqual({ code: 7, signal: null });
  });

  test('kills what does not heed the signal', async () => {
    await using child = await spawnProcess(NODE, [
      '-e',
      `process.on('SIGTERM', () => console.log('no')); ${SLEEPER}`,
    ]);
    await child.waitForLine(/up/);
    child.signal('SIGTERM');
    await child.waitForLine(/no/);
    expect(await child.stop('SIGTERM', 50)).toEqual({ code: null, signal: 'SIGKILL' });
    expect(child.stdout.slice(0, 2)).toEqual(['up', 'no']);
  });

  test('changes the environment and the folder', async () => {
    const code = 'console.log(process.env.GREETING, process.env.HOME, process.cwd())';
    await using child = await spawnProcess(NODE, ['-p', code], {
      env: { GREETING: 'hi', HOME: undefined },
      cwd: '/',
    });
    await child.exited;
    expect(child.stdout[0]).toBe('hi undefined /');
  });

  test('rejects what cannot be started', async () => {
    await expect(spawnProcess('/no/such/program')).rejects.toThrow('ENOENT');
  });

  test('leaves no process and no folder behind when its own process is killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'orphan-'));
    const guarded = `
      import { spawn } from 'node:child_process';
      import { guardAgainstOrphan } from ${JSON.stringify(new URL('../../embedded/src/orphan-guard.ts', import.meta.url).href)};
      const child = spawn(process.execPath, ['-e', ${JSON.stringify(SLEEPER)}], { stdio: ['ignore', 'inherit', 'ignore'] });
      guardAgainstOrphan(child, { folder: ${JSON.stringify(folder)} });
    `;
    await using parent = await spawnProcess(NODE, [
      '--input-type=module-typescript',
      '-e',
      guarded,
    ]);
    await parent.waitForLine(/up/);
    // The orphan holds the parent's stdout: the exit is complete only when both are gone.
    expect(await parent.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    await eventually(() => !existsSync(folder));
  });
});

describe('runProcess', () => {
  test('gives code and output', async () => {
    const code =
      "process.stdin.on('data', (chunk) => process.stdout.write(chunk)); console.error('!'); process.exitCode = 4;";
    expect(await runProcess(NODE, ['-e', code], { input: 'hello' })).toEqual({
      code: 4,
      signal: null,
      stdout: 'hello',
      stderr: '!\n',
    });
  });

  test('kills what takes too long', async () => {
    await expect(runProcess(NODE, ['-e', SLEEPER], { timeoutMs: 50 })).rejects.toThrow(
      'longer than 50 ms and was killed',
    );
  });

  test('rejects what cannot be started', async () => {
    await expect(runProcess('/no/such/program')).rejects.toThrow('ENOENT');
  });
});
