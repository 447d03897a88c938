import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { PlacedCalls, WorkerNotes } from '@libby-dialer/dial-queue';
import packageJson from '../package.json' with { type: 'json' };

const EVERY_MS = 5_000;
const FORGET_WITHIN_MS = 1_000;
const MOST_TROUBLES = 5;

interface HeartbeatParts {
  readonly notes: WorkerNotes;
  readonly placedCalls: PlacedCalls;
  readonly workerId: string;
  readonly concurrency: number;
  readonly inFlight: () => Promise<number>;
  readonly troubles: () => readonly string[];
}

/**
 * Notes every few seconds that this worker is there and how many calls it has placed, for people to
 * see. No call waits for it and nothing is judged by it. If Redis does not take it, that is
 * reported elsewhere.
 */
export class Heartbeat implements AsyncDisposable {
  readonly #parts: HeartbeatParts;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;
  #isStopping = false;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#beat(true);
    this.#timer = setInterval(() => this.#beat(false), EVERY_MS);
  }

  /** It takes no more calls. */
  stopping(): void {
    this.#isStopping = true;
    this.#beat(false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    // A command waits while Redis is away; stopping does not.
    await Promise.race([this.#forget(), delay(FORGET_WITHIN_MS, undefined, { ref: false })]);
  }

  async #forget(): Promise<void> {
    const { notes, placedCalls, workerId } = this.#parts;
    await this.#beating;
    await placedCalls.write().catch(() => {});
    await notes.forget(workerId).catch(() => {});
  }

  /** One at a time: while Redis is away they do not pile up. */
  #beat(isFirst: boolean): void {
    this.#beating ??= this.#say(isFirst)
      .catch(() => {})
      .finally(() => {
        this.#beating = undefined;
      });
  }

  async #say(isFirst: boolean): Promise<void> {
    const { notes, placedCalls, workerId, concurrency, inFlight, troubles } = this.#parts;
    const note = {
      host: hostname(),
      pid: process.pid,
      version: packageJson.version,
      node: process.version,
      upMs: Math.round(process.uptime() * 1000),
      concurrency,
      inFlight: await inFlight(),
      isStopping: this.#isStopping,
      troubles: troubles().slice(0, MOST_TROUBLES),
    };
    await Promise.all([notes.note(workerId, note, isFirst), placedCalls.write()]);
  }
}
