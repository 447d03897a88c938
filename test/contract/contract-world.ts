import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '@libby-dialer/libby-simulator';
import { Redactor } from '@libby-dialer/runtime';
import { type SpawnedProcess, spawnProcess } from '@libby-dialer/testkit';
import { TestConsole } from '../../apps/console/src/testing/test-console.ts';
import { cli } from '../../apps/enqueuer/src/cli.ts';
import { LockedRedis } from './locked-redis.ts';

const BIN = join(import.meta.dirname, '..', '..', 'bin');

/**
 * A Redis that knows its users, the simulator, a folder, and the programs, each as its own user.
 */
export class ContractWorld implements AsyncDisposable {
  readonly redis: LockedRedis;
  readonly simulator: Simulator;
  readonly folder: string;
  readonly #release = new AsyncDisposableStack();

  private constructor(redis: LockedRedis, simulator: Simulator, folder: string) {
    this.redis = redis;
    this.simulator = simulator;
    this.folder = folder;
    this.#release.defer(() => rm(folder, { recursive: true }));
    this.#release.defer(() => simulator.stop());
    this.#release.use(redis);
  }

  static async open(options: SimulatorOptions = {}): Promise<ContractWorld> {
    const folder = mkdtemp(join(tmpdir(), 'libby-dialer-contract-'));
    return new ContractWorld(
      ...(await Promise.all([LockedRedis.start(), startSimulator(options), folder])),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#release.disposeAsync();
  }

  async file(name: string, content: string | object): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  async startWorker(): Promise<SpawnedProcess> {
    return this.#spawn('worker', [], 'worker', /worker is dialing/);
  }

  async startDaemon(): Promise<SpawnedProcess> {
    return this.#spawn('enqueuer', ['serve'], 'enqueuer', /the daemon serves/);
  }

  async startForwarder(name: string, url: string): Promise<SpawnedProcess> {
    return this.#spawn(
      'enqueuer',
      ['forward', '--name', name, '--to', url],
      'enqueuer',
      /the forwarder forwards/,
    );
  }

  /** In this process, as its commands. */
  async startConsole(): Promise<TestConsole> {
    return await TestConsole.start(this.#environment('enqueuer'));
  }

  /**
   * Runs a command of the enqueuer that must succeed, and gives what it prints. In this process:
   * Redis sees the same, and half a hundred programs need not start.
   */
  async run(...argv: string[]): Promise<string> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const said = Promise.all([text(stdout), text(stderr)]);
    const code = await cli(argv, {
      stdin: Readable.from([]),
      stdout,
      stderr,
      environment: () => this.#environment('enqueuer'),
      signal: new AbortController().signal,
      redactor: new Redactor(),
    });
    stdout.end();
    stderr.end();
    const [output, messages] = await said;
    if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${output}${messages}`);
    return output;
  }

  /** How many calls of a campaign have ended in each way. */
  async outcomes(campaign: string): Promise<Record<string, number>> {
    const state = Object.entries(await this.redis.admin.hgetall(`{libby}:c:${campaign}:state`));
    const counts = state.map(
      ([field, count]) => [/^outcome:(.*)/.exec(field)?.[1], Number(count)] as const,
    );
    return Object.fromEntries(
      counts.filter(([outcome, count]) => outcome !== undefined && count > 0),
    );
  }

  async #spawn(
    program: string,
    args: string[],
    user: string,
    ready: RegExp,
  ): Promise<SpawnedProcess> {
    const env = this.#environment(user);
    const spawned = this.#release.use(
      await spawnProcess(join(BIN, program), args, { env, cwd: this.folder }),
    );
    await spawned.waitForLine(ready);
    return spawned;
  }

  #environment(user: string): Record<string, string> {
    const { apiUrl, tokenUrl, clientId, clientSecret } = this.simulator;
    return {
      REDIS_URL: this.redis.url(user),
      LIBBY_API_URL: apiUrl,
      LIBBY_TOKEN_URL: tokenUrl,
      LIBBY_CLIENT_ID: clientId,
      LIBBY_CLIENT_SECRET: clientSecret,
      WORKER_HTTP_PORT: '0',
      ENQUEUER_HTTP_PORT: '0',
      FORWARD_HTTP_PORT: '0',
      FORWARD_SECRET: 'a-secret-of-this-test-alone',
      LOG_LEVEL: 'info',
    };
  }
}
