import {
  DialQueue,
  type RedisConnection as QueueConnection,
  type StoredCampaign,
} from '@libby-dialer/dial-queue';
import {
  DialerError,
  type Logger,
  type RedisConfig,
  requireDurableRedis,
} from '@libby-dialer/runtime';

export interface ContextConfig {
  readonly redis: RedisConfig;
}

/** What operations work with: the queue by one connection, its settings, and where to log. */
export class Context {
  readonly config: ContextConfig;
  readonly logger: Logger;
  readonly redis: QueueConnection;
  readonly queue: DialQueue;
  #isDurable = false;

  constructor(config: ContextConfig, logger: Logger, redis: QueueConnection) {
    this.config = config;
    this.logger = logger;
    this.redis = redis;
    this.queue = DialQueue.open(redis, config.redis.prefix);
  }

  /** Epoch ms of Redis's clock. */
  async now(): Promise<number> {
    const [seconds, microseconds] = await this.redis.time();
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  }

  /** Warns of what may be wrong, once. Throws `DialerError` (`redis_unfit`). */
  async requireDurableRedis(): Promise<void> {
    if (this.#isDurable) return;
    await requireDurableRedis(this.redis, this.config.redis, this.logger);
    this.#isDurable = true;
  }

  /** To show or steer it. Also an archived one. Throws `NoSuchCampaignError`. */
  async campaign(id: string): Promise<StoredCampaign> {
    const campaign = await this.queue.campaigns.peek(id);
    if (campaign === undefined) throw new NoSuchCampaignError(id);
    return campaign;
  }
}

export class NoSuchCampaignError extends DialerError {
  constructor(id: string) {
    super('no_such_campaign', `${id} is no campaign.`, { kind: 'not_found' });
  }
}
