import type { ResultRecord } from '@libby-dialer/dialing';
import type { SpawnedProcess } from '@libby-dialer/testkit';
import { type Received, Receiver } from '../../../packages/daemon/src/testing/receiver.ts';
import type { Enqueuer } from './enqueuer.ts';

export const FORWARDER = 'chaos';
/**
 * One in so many results is never taken, and becomes a dead letter; one in so many is taken at the
 * second try.
 */
export const NEVER_TAKEN_EVERY = 10;
const TAKEN_LATER_EVERY = 4;

/** A delivery that the receiver got, whatever it answered. */
export interface Delivery {
  /** Of the entry in the stream of results. */
  readonly id: string;
  readonly result: ResultRecord;
  /** By a clock that does not go back. */
  readonly atMs: number;
}

/**
 * Results go to a webhook whose receiver refuses some of them, by a forwarder that is killed now
 * and then.
 */
export class Forwarding implements AsyncDisposable {
  readonly deliveries: Delivery[] = [];
  readonly #enqueuer: Enqueuer;
  readonly #receiver: Receiver;
  readonly #attempts: number;
  readonly #tries = new Map<string, number>();
  #process: SpawnedProcess | undefined;

  private constructor(enqueuer: Enqueuer, receiver: Receiver, attempts: number) {
    this.#enqueuer = enqueuer;
    this.#attempts = attempts;
    this.#receiver = receiver;
    receiver.react = (received) => this.#take(received);
  }

  /** @param attempts after which a result is a dead letter */
  static async start(enqueuer: Enqueuer, attempts = 3): Promise<Forwarding> {
    const forwarding = new Forwarding(enqueuer, await Receiver.start(), attempts);
    await forwarding.#fill();
    return forwarding;
  }

  /**
   * Another one is started in its place. What a killed one had in hand waits for a minute; one that
   * is asked to stop gives it back.
   */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await this.#process?.stop(signal);
  }

  /** It stands still, and comes back with everything it had in mind. */
  freeze(): void {
    this.#process?.signal('SIGSTOP');
  }

  thaw(): void {
    this.#process?.signal('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const last = this.#process;
    this.#process = undefined;
    await last?.stop('SIGKILL');
    await this.#receiver[Symbol.asyncDispose]();
  }

  /** It ends when it is killed, and where Redis is away at its start. */
  async #fill(): Promise<void> {
    const args = [
      'forward',
      '--to',
      this.#receiver.url,
      '--name',
      FORWARDER,
      '--attempts',
      String(this.#attempts),
    ];
    const env = {
      FORWARD_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
      FORWARD_HTTP_PORT: '0',
    };
    const process = await this.#enqueuer.start(args, env);
    this.#process = process;
    void this.#replace(process);
  }

  async #replace(process: SpawnedProcess): Promise<void> {
    await process.exited;
    if (this.#process === process) await this.#fill();
  }

  #take({ id, body }: Received): number {
    const result = JSON.parse(body) as ResultRecord;
    this.deliveries.push({ id, result, atMs: performance.now() });
    const tries = (this.#tries.get(id) ?? 0) + 1;
    this.#tries.set(id, tries);
    const row = result.row ?? 0;
    if (row % NEVER_TAKEN_EVERY === 0) return 400;
    return row % TAKEN_LATER_EVERY === 0 && tries === 1 ? 500 : 204;
  }
}
