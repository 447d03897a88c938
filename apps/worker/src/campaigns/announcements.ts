import type { RedisConnection } from '@libby-dialer/dial-queue';

interface Listener {
  readonly onAnnouncement: (scope: string) => void;
  /** The connection was lost and is back: something may have been missed. */
  readonly onGap: () => void;
}

/** Listens to what other processes announce: changed campaigns, holds that open and close. */
export class Announcements implements Disposable {
  readonly #redis: RedisConnection;
  readonly #onMessage: (channel: string, scope: string) => void;
  readonly #onReady: () => void;

  private constructor(redis: RedisConnection, listener: Listener) {
    this.#redis = redis;
    this.#onMessage = (_, scope) => listener.onAnnouncement(scope);
    this.#onReady = () => listener.onGap();
  }

  /**
   * The connection is used for nothing else from then on; ioredis subscribes again by itself after
   * an outage.
   */
  static async listen(
    redis: RedisConnection,
    channel: string,
    listener: Listener,
  ): Promise<Announcements> {
    const announcements = new Announcements(redis, listener);
    redis.on('message', announcements.#onMessage);
    redis.on('ready', announcements.#onReady);
    await redis.subscribe(channel);
    return announcements;
  }

  /** Its connection, which ends next, takes the subscription with it. */
  [Symbol.dispose](): void {
    this.#redis.off('message', this.#onMessage);
    this.#redis.off('ready', this.#onReady);
  }
}
