import type { Context } from '@libby-dialer/operations';
import type { Logger, RedisConnection, RedisRole } from '@libby-dialer/runtime';
import type { Registry } from 'prom-client';

/**
 * One of the things the daemon does. Several daemons may run at once, so each part shares its work
 * through Redis with the same part of the others.
 */
export interface DaemonPart {
  /** Resolves once it works; works until `stop`. */
  start(): Promise<void>;
  /**
   * Finishes or gives back what is in hand, and releases everything, even after a rejected or
   * unfinished `start`.
   */
  stop(): Promise<void>;
  /** A sentence on why it cannot work at the moment, for `/readyz`; undefined while it can. */
  trouble(): string | undefined;
}

/** What the parts are built from. */
export interface DaemonContext {
  /** The parts of the Redis contract, on a connection whose commands wait while Redis is away. */
  readonly context: Context;
  readonly logger: Logger;
  /** Shown by `/metrics`. */
  readonly registry: Registry;
  /** Differs from that of every other daemon there is or was. */
  readonly daemonId: string;
  /** Another connection, connected; closed once all parts have stopped. */
  readonly connect: (role: RedisRole) => Promise<RedisConnection['client']>;
}
