import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ProcessExit, spawnProcess } from '@libby-dialer/testkit';
import type { Loading } from './plan.ts';
import { ROOT } from './root.ts';
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
  async load(loading: Loading, wait: (ms: number) => Promise<unknown> = (ms) => delay(ms)): Promise<void> {
    if (loading.kind === 'killed') for (const afterMs of loading.afterMs) await this.#loadAndKill(afterMs, wait);
    await Promise.all(
      loading.kind === 'twice_at_once' ? [this.#loadToTheEnd(), this.#loadToTheEnd()] : [this.#loadToTheEnd()],
    );
  }

  async #loadAndKill(afterMs: number, wait: (ms: number) => Promise<unknown>): Promise<void> {
    const process = await this.#start();
    await wait(afterMs);
    const { signal } = await process.stop('SIGKILL');
    if (signal === 'SIGKILL') this.kills += 1;
  }

  /** While Redis is away an enqueuer says so and ends; whoever started it starts it again. */
  async #loadToTheEnd(): Promise<void> {
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const exit = await this.#loadOnce();
      if (exit.code === 0) return;
    }
    throw new Error(`no load came to its end: ${this.logs.at(-1)?.join('\n')}`);
  }

  async #loadOnce(): Promise<ProcessExit> {
    await using process = await this.#start();
    const timer = setTimeout(() => process.signal('SIGKILL'), LOADS_WITHIN_MS);
    const exit = await process.exited;
    clearTimeout(timer);
    if (exit.signal !== null) throw new Error(`a load hangs: ${process.stderr.join('\n')}`);
    return exit;
  }

  async #start() {
    const process = await spawnProcess(
      globalThis.process.execPath,
      [join(this.#root, 'apps/enqueuer/src/main.ts'), 'load', LIST_FILE, '--campaign', CAMPAIGN_FILE, '--json'],
      { cwd: this.#stage.folder, env: this.#stage.environment({ root: this.#root }) },
    );
    this.logs.push(process.stderr, process.stdout);
    return process;
  }
}

const MOST_TRIES = 20;
const LOADS_WITHIN_MS = 120_000;
