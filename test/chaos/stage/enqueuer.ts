import { setTimeout as delay } from 'node:timers/promises';
import { type ProcessExit, type SpawnedProcess, spawnProcess } from '@libby-dialer/testkit';
import type { Loading } from '../random/plan.ts';
import { programOf, ROOT } from '../root.ts';
import { patienceMs } from './patience.ts';
import { CAMPAIGN_FILE, LIST_FILE, type Stage } from './stage.ts';

/** The enqueuer's part of a run. */
export class Enqueuer {
  /** Everything it has said. */
  readonly logs: string[][] = [];
  kills = 0;
  readonly #stage: Stage;
  readonly #root: string;

  constructor(stage: Stage, root = ROOT) {
    this.#stage = stage;
    this.#root = root;
  }

  /** Loads the list as planned, until a load has come to its end. */
  async load(
    loading: Loading,
    wait: (ms: number) => Promise<unknown> = (ms) => delay(ms),
  ): Promise<void> {
    if (loading.kind === 'killed')
      for (const afterMs of loading.afterMs) await this.#loadAndKill(afterMs, wait);
    await Promise.all(
      loading.kind === 'twice_at_once'
        ? [this.#loadToTheEnd(), this.#loadToTheEnd()]
        : [this.#loadToTheEnd()],
    );
  }

  async #loadAndKill(afterMs: number, wait: (ms: number) => Promise<unknown>): Promise<void> {
    const process = await this.start(LOAD);
    await wait(afterMs);
    const { signal } = await process.stop('SIGKILL');
    if (signal === 'SIGKILL') this.kills += 1;
  }

  /** While Redis is away an enqueuer says so and ends; whoever started it starts it again. */
  async #loadToTheEnd(): Promise<void> {
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const exit = await this.#runOnce(LOAD);
      if (exit.code === 0) return;
    }
    throw new Error(`no load came to its end: ${this.logs.at(-1)?.join('\n')}`);
  }

  /**
   * A command again and again until it has succeeded: Redis may be away, or something may have to
   * end first.
   */
  async insist(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
    const until = performance.now() + patienceMs(INSISTS_FOR_MS);
    while ((await this.#runOnce(args, env)).code !== 0) {
      if (performance.now() > until)
        throw new Error(`${args[0]} never succeeds: ${this.logs.at(-2)?.join('\n')}`);
      await delay(AGAIN_AFTER_MS);
    }
  }

  /** Whether a command does what it should. */
  async succeeds(args: readonly string[]): Promise<boolean> {
    return (await this.#runOnce(args)).code === 0;
  }

  /** A command that does not end by itself, or is killed before it does. */
  async start(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<SpawnedProcess> {
    const process = await spawnProcess(
      globalThis.process.execPath,
      [programOf(this.#root, 'enqueuer'), ...args],
      {
        cwd: this.#stage.folder,
        env: { ...this.#stage.environment({ root: this.#root }), ...env },
      },
    );
    this.logs.push(process.stderr, process.stdout);
    return process;
  }

  async #runOnce(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<ProcessExit> {
    await using process = await this.start(args, env);
    const timer = setTimeout(() => process.signal('SIGKILL'), patienceMs(ENDS_WITHIN_MS));
    const exit = await process.exited;
    clearTimeout(timer);
    if (exit.signal !== null) throw new Error(`${args[0]} hangs: ${process.stderr.join('\n')}`);
    return exit;
  }
}

const LOAD = ['load', LIST_FILE, '--campaign', CAMPAIGN_FILE, '--json'];

const MOST_TRIES = 20;
// Where a machine has nothing else to do.
const ENDS_WITHIN_MS = 120_000;
const INSISTS_FOR_MS = 180_000;
const AGAIN_AFTER_MS = 500;
