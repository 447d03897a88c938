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

/** Who asks for something, as the audit keeps it. */
export interface Actor {
  readonly name: string;
  readonly via: 'cli' | 'api' | 'page' | 'schedule';
  /** Host or remote address. */
  readonly from: string;
}

/**
 * What operations work with: the queue by one connection, its settings, where to log, and who asks.
 */
export class Context {
  readonly config: ContextConfig;
  readonly logger: Logger;
  readonly redis: QueueConnection;
  readonly actor: Actor;
  readonly queue: DialQueue;
  #isDurable = false;

  constructor(
    config: ContextConfig,
    logger: Logger,
    redis: QueueConnection,
    actor: Actor,
    queue = DialQueue.open(redis, config.redis.prefix),
  ) {
    this.config = config;
    this.logger = logger;
    this.redis = redis;
    this.actor = actor;
    this.queue = queue;
  }

  /** The same for somebody else. */
  as(actor: Actor): Context {
    return new Context(this.config, this.logger, this.redis, actor, this.queue);
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
