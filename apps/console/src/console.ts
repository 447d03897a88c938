import type { CallPush, Context, StatusWatch } from '@libby-dialer/operations';
import type { Logger, RedisConnection } from '@libby-dialer/runtime';
import type { ConsoleConfig } from './config.ts';
import type { UploadedLists } from './lists/uploaded-lists.ts';
import type { Snapshots } from './live/snapshots.ts';

/** What the API's handlers work with. */
export interface Console {
  readonly config: ConsoleConfig;
  readonly logger: Logger;
  readonly version: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly redis: RedisConnection;
  readonly context: Context;
  /** One for all: it remembers what it takes to say how fast campaigns go. */
  readonly watch: StatusWatch;
  readonly push: CallPush;
  readonly snapshots: Snapshots;
  readonly lists: UploadedLists;
  /** Aborts when the program stops. */
  readonly stopping: AbortSignal;
}
