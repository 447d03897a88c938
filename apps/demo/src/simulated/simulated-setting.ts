import { type PrivateRedis, startPrivateRedis } from '@libby-dialer/embedded';
import { type ScriptRule, type Simulator, startSimulator } from '@libby-dialer/libby-simulator';
import { DialerError, loadConfig, redisConfig } from '@libby-dialer/runtime';
import { simulatedEnvironment } from '../child-environment.ts';
import type { DemoHost } from '../demo-host.ts';
import { firstLine } from '../example/first-line.ts';
import { Dialing } from '../report/dialing.ts';
import { RunFolder, shown } from '../run-folder.ts';
import type { Screen } from '../screen.ts';

const WORKERS = 2;
const WORKER_CONCURRENCY = 4;
/** As long as an answer takes: long enough to watch, short enough not to bore. */
const LATENCY_MS = 250;
const WORKER_GRACE_MS = 5000;

export interface SettingOptions {
  /** Faults on demand. */
  readonly script?: readonly ScriptRule[];
  /** The from-numbers that have an agent; left out, every one has. */
  readonly agents?: readonly string[];
}

interface SettingParts {
  readonly folder: RunFolder;
  readonly simulator: Simulator;
  readonly dialing: Dialing;
  /** Its address. */
  readonly page: string;
}

/** Everything a run through the simulator needs, started together and stopped in reverse order. */
export class SimulatedSetting implements AsyncDisposable {
  readonly folder: RunFolder;
  readonly simulator: Simulator;
  readonly dialing: Dialing;
  readonly #page: string;
  readonly #parts: AsyncDisposableStack;

  private constructor(
    { folder, simulator, dialing, page }: SettingParts,
    parts: AsyncDisposableStack,
  ) {
    this.folder = folder;
    this.simulator = simulator;
    this.dialing = dialing;
    this.#page = page;
    this.#parts = parts;
  }

  static async start(
    screen: Screen,
    host: DemoHost,
    options: SettingOptions = {},
  ): Promise<SimulatedSetting> {
    await using parts = new AsyncDisposableStack();
    const folder = await RunFolder.create(new Date());
    // The same guarantees as in earnest: every write is on the disk before it counts.
    const redis = parts.use(await startRedis());
    const simulator = parts.use(await startSimulator({ ...options, latencyMs: LATENCY_MS }));
    const setting = { redisUrl: redis.url, api: simulator, workerConcurrency: WORKER_CONCURRENCY };
    const environment = simulatedEnvironment(host.environment, setting);
    const dialing = parts.use(
      await Dialing.open({
        environment,
        redis: loadConfig({ redis: redisConfig }, environment).redis,
        // A fresh folder: no `.env` in it.
        cwd: folder.path,
        folder,
        signal: host.signal,
        workerGraceMs: WORKER_GRACE_MS,
        orphanSignal: 'KILL',
      }),
    );
    const page = await dialing.programs.startConsole();
    introduce(screen, { page, redis, simulator, folder });
    return new SimulatedSetting({ folder, simulator, dialing, page }, parts.move());
  }

  async startWorkers(): Promise<void> {
    await this.dialing.programs.startWorkers(WORKERS);
  }

  /** After the API was switched off: it is there again, without faults, for who tries the page. */
  async switchOnAgain(): Promise<void> {
    const port = Number(new URL(this.simulator.apiUrl).port);
    this.#parts.use(await startSimulator({ port, latencyMs: LATENCY_MS }));
  }

  /** On a terminal, until Enter: so that a person can see on the page what came of it. */
  async lookAround(screen: Screen, { stdin, signal }: DemoHost): Promise<void> {
    if (stdin.isTTY !== true || !screen.isTerminal) return;
    screen.text(`\nLook around at ${this.#page}, then press Enter to end. `);
    await firstLine(stdin, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }
}

async function startRedis(): Promise<PrivateRedis> {
  try {
    return await startPrivateRedis({ appendonly: true, appendfsync: 'always' });
  } catch (error) {
    const message = 'No Redis can be started here; install redis-server or start Docker.';
    throw new DialerError('no_redis', message, { cause: error });
  }
}

function introduce(
  screen: Screen,
  { page, redis, simulator, folder }: Omit<SettingParts, 'dialing'> & { redis: PrivateRedis },
): void {
  screen.lines([
    `  Page       ${page}, to look on in a browser`,
    `  Redis      a private one on port ${redis.port}; each write goes to disk at once`,
    `  Libby API  simulated at ${simulator.apiUrl}`,
    `  Workers    ${WORKERS} processes, ${WORKER_CONCURRENCY} calls at a time each`,
    `  Files      ${shown(folder.path)}, which only you can read`,
    '',
  ]);
}
