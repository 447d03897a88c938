import { join } from 'node:path';
import { type SpawnedProcess, spawnProcess } from '@libby-dialer/testkit';
import type { Timeouts } from '../random/plan.ts';
import { programOf, ROOT, sourceOf } from '../root.ts';
import type { Stage } from './stage.ts';

const SKEWED_CLOCK = join(import.meta.dirname, 'skewed-clock.ts');
/** What a worker says when it has started. */
const IS_DIALING = 'worker is dialing';

export interface CrewOptions {
  readonly concurrency: number;
  readonly timeouts?: Timeouts;
  /** The workers' wall clocks; as many as there are workers. */
  readonly clockSkewsMs: readonly number[];
  /** Whose worker it is: the project, or a copy with a mutation in it. */
  readonly root?: string;
  /** Modules loaded before the worker. */
  readonly preload?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What was done to the workers, and what they did. */
export interface CrewTally {
  kills: number;
  freezes: number;
  restarts: number;
  /** Worker processes that lived at once, at most: frozen and stopping ones too. */
  mostAlive: number;
  /** Ended by themselves, or badly when asked to stop. */
  badExits: string[];
}

/** The workers of a run, each in a slot in which it is replaced when it dies. */
export class Crew implements AsyncDisposable {
  readonly tally: CrewTally = { kills: 0, freezes: 0, restarts: 0, mostAlive: 0, badExits: [] };
  readonly logs: string[][] = [];
  readonly #stage: Stage;
  readonly #options: CrewOptions;
  readonly #slots: SpawnedProcess[] = [];
  readonly #alive = new Set<SpawnedProcess>();
  readonly #killed = new Set<SpawnedProcess>();
  readonly #asked = new Set<SpawnedProcess>();
  #isStopping = false;
  readonly #leaving = new Set<Promise<unknown>>();

  private constructor(stage: Stage, options: CrewOptions) {
    this.#stage = stage;
    this.#options = options;
  }

  static async start(stage: Stage, options: CrewOptions): Promise<Crew> {
    const crew = new Crew(stage, options);
    await Promise.all(options.clockSkewsMs.map((_, slot) => crew.#fill(slot)));
    return crew;
  }

  get size(): number {
    return this.#slots.length;
  }

  worker(slot = 0): SpawnedProcess {
    const worker = this.#slots[slot];
    if (worker === undefined) throw new RangeError(`there is no worker ${slot}`);
    return worker;
  }

  /** Resolves when a worker says so. */
  async isDialing(slot = 0): Promise<void> {
    await this.worker(slot).waitForLine((line) => line.includes(IS_DIALING));
  }

  async kill(slot: number): Promise<void> {
    const worker = this.worker(slot);
    this.tally.kills += 1;
    this.#killed.add(worker);
    await worker.stop('SIGKILL');
    await this.#fill(slot);
  }

  /** It stands still and comes back with everything it had in mind. */
  async freeze(slot: number, wait: () => Promise<void>): Promise<void> {
    this.tally.freezes += 1;
    const worker = this.worker(slot);
    worker.signal('SIGSTOP');
    await wait();
    worker.signal('SIGCONT');
  }

  /** The new one is there while the old one finishes what it has in hand. */
  async restart(slot: number): Promise<void> {
    this.tally.restarts += 1;
    const old = this.worker(slot);
    await this.#fill(slot);
    this.#leave(old);
  }

  /**
   * The worker that has lived for the longest is left alone with the work; the others stop in good
   * order.
   */
  async leaveOne(): Promise<void> {
    const oldest = [...this.#alive].find((worker) => this.#slots.includes(worker));
    const others = this.#slots.filter((worker) => worker !== oldest);
    if (oldest !== undefined) this.#slots.splice(0, this.#slots.length, oldest);
    for (const worker of others) this.#leave(worker);
    await Promise.all(this.#leaving);
  }

  /** What `/metrics` says of each worker that answers. */
  async metrics(): Promise<string[]> {
    const pages = await Promise.allSettled(
      this.#slots.map(async (worker) => {
        const line = JSON.parse(await worker.waitForLine((line) => line.includes(IS_DIALING))) as {
          http: string;
        };
        return (await fetch(`${line.http}/metrics`, { signal: AbortSignal.timeout(5000) })).text();
      }),
    );
    return pages.flatMap((page) => (page.status === 'fulfilled' ? [page.value] : []));
  }

  /** Asks all to stop, and waits until they have. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const worker of this.#slots) this.#leave(worker);
    await Promise.all(this.#leaving);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#alive].map((worker) => worker[Symbol.asyncDispose]()));
  }

  async #fill(slot: number): Promise<void> {
    const { clockSkewsMs, root = ROOT, preload = [], env = {} } = this.#options;
    const skewMs = clockSkewsMs[slot] ?? 0;
    const modules = skewMs === 0 ? preload : [SKEWED_CLOCK, ...preload];
    const program = preload.length > 0 ? sourceOf(root, 'worker') : programOf(root, 'worker');
    const worker = await spawnProcess(
      process.execPath,
      [...modules.flatMap((module) => ['--import', module]), program],
      {
        cwd: this.#stage.folder,
        env: {
          ...this.#stage.environment(this.#options),
          CHAOS_CLOCK_SKEW_MS: String(skewMs),
          ...env,
        },
      },
    );
    this.#slots[slot] = worker;
    this.logs.push(worker.stderr, worker.stdout);
    this.#alive.add(worker);
    this.tally.mostAlive = Math.max(this.tally.mostAlive, this.#alive.size);
    void this.#watch(worker);
  }

  async #watch(worker: SpawnedProcess): Promise<void> {
    const { code, signal } = await worker.exited;
    this.#alive.delete(worker);
    const lastWords = worker.stderr.at(-1);
    // Asked to stop before it had said a word: it had not begun, not even to listen to signals.
    const wasToEnd = this.#asked.has(worker) && (code === 0 || lastWords === undefined);
    if (wasToEnd || this.#killed.has(worker)) return;
    // One that finds Redis away or full at its start says so and ends; whoever supervises it starts
    // it again.
    const hasDialed = worker.stderr.some((line) => line.includes(IS_DIALING));
    if (code === 1 && !hasDialed && lastWords?.includes('Redis')) await this.#replace(worker);
    else this.tally.badExits.push(`${code ?? signal}: ${lastWords}`);
  }

  async #replace(worker: SpawnedProcess): Promise<void> {
    const slot = this.#slots.indexOf(worker);
    if (slot >= 0 && !this.#isStopping) await this.#fill(slot);
  }

  #leave(worker: SpawnedProcess): void {
    this.#asked.add(worker);
    // It has its grace, and has to close its connections.
    this.#leaving.add(worker.stop());
  }
}
