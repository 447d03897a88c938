import { readFileSync } from 'node:fs';
import { type ProcessExit, type SpawnedProcess, spawnProcess } from '@libby-dialer/testkit';
import { nodePath, programPath } from './stage.ts';

export interface Usage {
  /** Epoch ms. */
  readonly atMs: number;
  /** User and system, since the process began. */
  readonly cpuMs: number;
  readonly maxRssMb: number;
}

/** A Node program of which CPU time and memory can be asked while it runs. */
export class MeasuredProcess implements AsyncDisposable {
  readonly #process: SpawnedProcess;
  #reports = 0;

  private constructor(process: SpawnedProcess) {
    this.#process = process;
  }

  /** @param program from the project's root. */
  static async start(
    program: string,
    args: readonly string[],
    {
      env = {},
      nodeOptions = [],
    }: { env?: Record<string, string>; nodeOptions?: readonly string[] } = {},
  ): Promise<MeasuredProcess> {
    const preload = ['--import', programPath('bench/src/usage-report.mjs')];
    const options = [...optionsIn(programPath(program)), ...nodeOptions];
    const command = [...options, ...preload, programPath(program), ...args];
    // As `bin/*` start our programs.
    const cache = { NODE_COMPILE_CACHE: programPath('node_modules/.cache/node-compile') };
    return new MeasuredProcess(
      await spawnProcess(nodePath(), command, { env: { ...cache, ...env } }),
    );
  }

  async usage(): Promise<Usage> {
    this.#reports += 1;
    this.#process.signal('SIGUSR2');
    return this.#report(String(this.#reports));
  }

  /** The first line on standard output that begins like this. */
  async said(prefix: string): Promise<string> {
    return await this.#process.waitForLine((line) => line.startsWith(prefix));
  }

  /** Of a program that ends by itself. Rejects if it fails. */
  async usageToItsEnd(timeoutMs: number): Promise<Usage> {
    const usage = await this.#report('"last"', timeoutMs);
    const { code } = await this.#process.exited;
    if (code !== 0) throw new Error(`exit code ${code}:\n${this.complaints.slice(-20).join('\n')}`);
    return usage;
  }

  get exited(): Promise<ProcessExit> {
    return this.#process.exited;
  }

  /** What it has said on stderr, for when something went wrong. */
  get complaints(): readonly string[] {
    return this.#process.stderr;
  }

  async stop(): Promise<ProcessExit> {
    return this.#process.stop('SIGTERM', 20_000);
  }

  async #report(name: string, timeoutMs?: number): Promise<Usage> {
    const prefix = `{"report":${name},`;
    return JSON.parse(
      await this.#process.waitForLine((line) => line.startsWith(prefix), timeoutMs),
    ) as Usage;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop('SIGKILL');
  }
}

/** What a program asks of Node in its first line. */
function optionsIn(path: string): string[] {
  const [firstLine = ''] = readFileSync(path, 'utf8').split('\n', 1);
  return /^#!.* node (.*)$/.exec(firstLine)?.[1]?.split(' ') ?? [];
}
