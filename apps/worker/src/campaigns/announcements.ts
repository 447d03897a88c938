import type { RedisConnection } from '@libby-dialer/dial-queue';

interface Listener {
  readonly onAnnouncement: (scope: string) => void;
  /** The connection was lost and is back: something may have been missed. */
  readonly onGap: () => void;
}

/** Listens to what other processes announce: changed campaigns, holds that open and close. */
export class Announcements implements AsyncDisposable {
  readonly #redis: RedisConnection;
  readonly #channel: string;
  readonly #onMessage: (channel: string, scope: string) => void;
  readonly #onReady: () => void;

  private constructor(redis: RedisConnection, channel: string, listener: Listener) {
    this.#redis = redis;
    this.#channel = channel;
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
    const announcements = new Announcements(redis, channel, listener);
    redis.on('message', announcements.#onMessage);
    redis.on('ready', announcements.#onReady);
    await redis.subscribe(channel);
    return announcements;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#redis.off('message', this.#onMessage);
    this.#redis.off('ready', this.#onReady);
    // The connection ends next; that Redis may be away by now is no trouble.
    await this.#redis.unsubscribe(this.#channel).catch(() => {});
  }
}
