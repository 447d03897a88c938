import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ProcessExit,
  programFile,
  runProcess,
  type SpawnedProcess,
  spawnProcess,
  startRedis,
  type TestRedis,
} from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { ROOT } from '../chaos/root.ts';
import { CANARIES } from '../chaos/stage/canaries.ts';
import { Provider } from '../chaos/stage/provider.ts';
import { letRun, setCalendar } from './calendar.ts';
import {
  type Almanac,
  CRON,
  INBOX_CAMPAIGN,
  isListMissing,
  keyOfRow,
  LINE,
  numberOf,
  type Plan,
  PREFIX,
  ROWS_OF_A_NIGHT,
  SCHEDULE,
  TIMEZONE,
} from './plan.ts';

/**
 * A Redis that loses nothing, the simulated provider, a folder with the lists of all nights, and
 * the programs on it.
 */
export class Stage implements AsyncDisposable {
  readonly folder: string;
  readonly redis: Redis;
  readonly provider: Provider;
  readonly #server: TestRedis;
  readonly #release: AsyncDisposableStack;

  private constructor(
    folder: string,
    server: TestRedis,
    redis: Redis,
    provider: Provider,
    release: AsyncDisposableStack,
  ) {
    this.folder = folder;
    this.redis = redis;
    this.provider = provider;
    this.#server = server;
    this.#release = release;
  }

  static async open(plan: Plan, almanac: Almanac): Promise<Stage> {
    await using parts = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'libby-dialer-nights-'));
    parts.defer(() => rm(folder, { recursive: true, force: true }));
    const server = parts.use(
      await startRedis({ own: true, appendonly: true, appendfsync: 'always' }),
    );
    const redis = parts.adopt(new Redis(server.url), (client) => client.disconnect());
    const provider = parts.use(await Provider.start(folder, {}));
    const stage = new Stage(folder, server, redis, provider, parts.move());
    await setCalendar(stage.#calendar, almanac.beginsAt);
    await stage.#writeLists(plan, almanac);
    await stage.#command(
      'campaign',
      'put',
      await stage.#writeCampaign(INBOX_CAMPAIGN, { dedupeBy: 'externalId' }),
    );
    const campaign = await stage.#writeCampaign(SCHEDULE, {});
    const list = ['--list', join(folder, '{{date}}.csv'), '--campaign', campaign];
    await stage.#command(
      'schedule',
      'add',
      SCHEDULE,
      '--cron',
      CRON,
      '--timezone',
      TIMEZONE,
      ...list,
    );
    return stage;
  }

  async worker(): Promise<SpawnedProcess> {
    return await this.#start(/worker is dialing/, programFile('worker'));
  }

  async daemon(): Promise<SpawnedProcess> {
    const program = join(import.meta.dirname, 'daemon.ts');
    return await this.#start(/the daemon serves/, program, this.#calendar);
  }

  /** The daemons' calendar runs on until then. */
  async passUntil(end: number): Promise<void> {
    await letRun(this.#calendar, end);
  }

  /** Resolves once it has pushed its share, to the file in which it wrote down what it was told. */
  async produce({ entries, producers }: Plan, self: number): Promise<string> {
    const file = join(this.folder, `pushed-${self}.ndjson`);
    const program = join(import.meta.dirname, 'producer.ts');
    const args = [program, this.#server.url, entries, producers, self, file].map(String);
    await using producer = await spawnProcess(process.execPath, args, { cwd: this.folder });
    insistOnSuccess('a producer', await producer.exited, producer.stderr);
    return file;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#release.disposeAsync();
  }

  get #calendar(): string {
    return join(this.folder, 'calendar.json');
  }

  async #start(ready: RegExp, ...args: string[]): Promise<SpawnedProcess> {
    const started = await spawnProcess(process.execPath, args, {
      cwd: this.folder,
      env: this.#environment(),
    });
    try {
      await started.waitForLine(ready);
      return started;
    } catch (error) {
      await started.stop('SIGKILL');
      throw error;
    }
  }

  async #command(...argv: string[]): Promise<void> {
    const program = programFile('enqueuer');
    const options = { cwd: this.folder, env: this.#environment() };
    const { code, stderr } = await runProcess(process.execPath, [program, ...argv], options);
    if (code !== 0) throw new Error(`enqueuer ${argv.join(' ')} failed: ${stderr}`);
  }

  async #writeLists({ nights }: Plan, almanac: Almanac): Promise<void> {
    for (let night = 0; night < nights; night += 1) {
      if (isListMissing(night)) continue;
      const rows = Array.from(
        { length: ROWS_OF_A_NIGHT },
        (_, row) => `Ann,${numberOf(row)},${keyOfRow(night, row)}`,
      );
      await writeFile(
        join(this.folder, `${almanac.dateOf(night)}.csv`),
        ['Name,Phone,Key', ...rows, ''].join('\n'),
      );
    }
  }

  async #writeCampaign(id: string, more: Readonly<Record<string, unknown>>): Promise<string> {
    const file = join(this.folder, `${id}.json`);
    const campaign = {
      id,
      fromPhoneNumber: LINE,
      introNotes: 'Ask about {{Key}}',
      callingWindow: 'anytime',
      ...more,
    };
    await writeFile(file, JSON.stringify(campaign));
    return file;
  }

  #environment(): Record<string, string> {
    const api = `http://127.0.0.1:${this.provider.port}`;
    return {
      HOME: this.folder,
      NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/node-compile'),
      REDIS_URL: this.#server.url,
      DIALER_PREFIX: PREFIX,
      LIBBY_API_URL: api,
      LIBBY_TOKEN_URL: `${api}/oauth2/token`,
      LIBBY_CLIENT_ID: this.provider.clientId,
      LIBBY_CLIENT_SECRET: CANARIES.clientSecret,
      WORKER_HTTP_PORT: '0',
      ENQUEUER_HTTP_PORT: '0',
      LOG_LEVEL: 'info',
    };
  }
}

function insistOnSuccess(
  what: string,
  { code, signal }: ProcessExit,
  stderr: readonly string[],
): void {
  if (code !== 0) throw new Error(`${what} ended with ${code ?? signal}: ${stderr.join('\n')}`);
}
