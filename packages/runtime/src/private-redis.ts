import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RedisConnectionConfig } from './redis-config.ts';
import { Secret } from './secret.ts';

/** A Redis of a test's own, on a free port of this machine, with nothing kept unless told so. */
export class PrivateRedis {
  readonly port: number;
  readonly #directory = mkdtempSync(join(tmpdir(), 'redis-'));
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(port: number, args: readonly string[]) {
    this.port = port;
    this.#args = args;
  }

  static async start(...args: string[]): Promise<PrivateRedis> {
    const redis = new PrivateRedis(await freePort(), args);
    await redis.start();
    return redis;
  }

  async start(): Promise<void> {
    const child = spawn('redis-server', this.#commandLine(), { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#process = child;
    const output: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      output.push(line);
      if (/Ready to accept connections|Sentinel ID is/.test(line)) {
        child.stdout.resume();
        return;
      }
    }
    throw new Error(`redis-server did not start:\n${output.join('\n')}`);
  }

  // Sentinel insists on a file of its own.
  #commandLine(): string[] {
    const own = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#directory];
    if (!this.#args.includes('--sentinel')) return [...own, '--save', '', ...this.#args];
    const file = join(this.#directory, 'sentinel.conf');
    writeFileSync(file, '');
    return [file, ...own, ...this.#args];
  }

  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export function singleRedis(
  port: number,
  access: { username?: string; password?: string; db?: number; tls?: boolean } = {},
): RedisConnectionConfig {
  return {
    topology: { kind: 'single', node: { host: '127.0.0.1', port } },
    username: access.username,
    password: access.password === undefined ? undefined : new Secret(access.password),
    db: access.db ?? 0,
    tls: access.tls ?? false,
  };
}
