import { join } from 'node:path';
import { ROOT } from '../root.ts';
import { Crew } from './crew.ts';
import type { KillPoint, Reached } from './kill-points.ts';
import type { Stage } from './stage.ts';

/** A worker that gets a signal at one step of its first call. */
export class ArmedWorker implements AsyncDisposable {
  readonly #crew: Crew;

  private constructor(crew: Crew) {
    this.#crew = crew;
  }

  static async start(
    stage: Stage,
    point: KillPoint,
    signal: 'SIGKILL' | 'SIGSTOP',
    options: { readonly root?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<ArmedWorker> {
    const { root = ROOT, env = {} } = options;
    const crew = await Crew.start(stage, {
      concurrency: 1,
      clockSkewsMs: [0],
      root,
      // Of the same copy as the worker, or it would arm classes that the worker does not use.
      preload: [join(root, 'test/chaos/stage/kill-point.ts')],
      env: { ...env, CHAOS_POINT: point, CHAOS_SIGNAL: signal },
    });
    return new ArmedWorker(crew);
  }

  /** Resolves to the id of its call once it has come to its point. */
  async reached(): Promise<string> {
    const line = await this.#crew.worker().waitForLine(/^\{"reached"/);
    return (JSON.parse(line) as Reached).callId;
  }

  /** It goes on as if nothing had been. */
  thaw(): void {
    this.#crew.worker().signal('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.#crew.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#crew[Symbol.asyncDispose]();
  }
}
