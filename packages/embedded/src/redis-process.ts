import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { guardAgainstOrphan } from './orphan-guard.ts';
import { type PrivateRedis, type RedisOptions, redisArguments, redisUrl } from './redis.ts';
import { SettableClock } from './settable-clock.ts';
import { onUnlikelyPort, PortTaken } from './unlikely-port.ts';

const HOST = '127.0.0.1';
const LOG_LINES_SHOWN = 10;

export async function startRedisProcess(
  program: string,
  options: RedisOptions,
): Promise<PrivateRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'private-redis-'));
  try {
    const redis = new RedisProcess(program, folder, options);
    await redis.start();
    return redis;
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

/** A child that was writing a dump or a new log for it outlives a killed server by a moment. */
async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
}

/** A redis-server of ours, with a folder of its own. */
class RedisProcess implements PrivateRedis {
  readonly #program: string;
  readonly #folder: string;
  readonly #options: RedisOptions;
  readonly #clock: SettableClock | undefined;
  #child: ChildProcess | undefined;
  #port = 0;

  constructor(program: string, folder: string, options: RedisOptions) {
    this.#program = program;
    this.#folder = folder;
    this.#options = options;
    this.#clock = options.settableClock === true ? new SettableClock(folder) : undefined;
  }

  get url(): string {
    return redisUrl(HOST, this.#port, this.#options.requirepass);
  }

  get port(): number {
    return this.#port;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    await this.#clock?.set(0);
    this.#port = await onUnlikelyPort((port) => this.#launch(port));
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  async restart(): Promise<void> {
    // A paused process would not hear it.
    await this.resume();
    await this.kill('SIGTERM');
    await this.#launch(this.#port);
  }

  async pause(): Promise<void> {
    this.#child?.kill('SIGSTOP');
  }

  async resume(): Promise<void> {
    this.#child?.kill('SIGCONT');
  }

  async setClock(aheadMs: number): Promise<void> {
    if (this.#clock === undefined)
      throw new Error('its clock cannot be set: ask for startRedis({ settableClock: true })');
    await this.#clock.set(aheadMs);
  }

  async stop(): Promise<void> {
    await this.kill();
    await removeFolder(this.#folder);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Resolves when it serves, its data loaded. Throws PortTaken. */
  async #launch(port: number): Promise<void> {
    const where = ['--bind', HOST, '--port', String(port), '--dir', this.#folder];
    const child = spawn(this.#program, [...where, ...redisArguments(this.#options)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.#clock?.environment },
      // Its own process group: Ctrl-C is for us to answer, and those who still use this Redis must
      // be stopped first.
      detached: true,
    });
    guardAgainstOrphan(child, { folder: this.#folder });
    this.#child = child;
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined;
      if (child.pid !== undefined) this.#clock?.removeTracesOf(child.pid);
    });
    await readiness(child);
  }
}

/**
 * Reads the log until it says that connections are accepted; what comes after is read and dropped,
 * or the pipe would fill.
 */
function readiness(child: ChildProcess): Promise<void> {
  const lines: string[] = [];
  return new Promise((resolve, reject) => {
    const read = (line: string) => {
      if (lines.push(line) > LOG_LINES_SHOWN) lines.shift();
      if (line.includes('Ready to accept connections')) resolve();
    };
    for (const input of [child.stdout, child.stderr])
      if (input) createInterface({ input }).on('line', read);
    child.once('error', reject);
    child.once('close', () => {
      const said = lines.join('\n');
      const taken = said.includes('Address already in use');
      reject(
        taken ? new PortTaken(said) : new Error(`redis-server ended before it was ready:\n${said}`),
      );
    });
  });
}
