import {
  type CallReopener,
  type CampaignArchive,
  type CampaignControl,
  type CampaignStore,
  DialQueue,
  type Holds,
  type Keys,
  type RedisConnection as QueueConnection,
  type Results,
  type StatusReader,
  type StoredCampaign,
  type UnknownCalls,
} from '@libby-dialer/dial-queue';
import { DialerError, type Logger, type RedisConfig } from '@libby-dialer/runtime';

export interface ContextConfig {
  readonly redis: RedisConfig;
}

/** What operations work with: the parts of the Redis contract, on one connection. */
export class Context {
  readonly config: ContextConfig;
  readonly logger: Logger;
  readonly redis: QueueConnection;
  readonly queue: DialQueue;
  readonly keys: Keys;
  readonly campaigns: CampaignStore;
  readonly control: CampaignControl;
  readonly reopener: CallReopener;
  readonly archive: CampaignArchive;
  readonly desk: UnknownCalls;
  readonly holds: Holds;
  readonly status: StatusReader;
  readonly results: Results;

  constructor(config: ContextConfig, logger: Logger, redis: QueueConnection) {
    this.config = config;
    this.logger = logger;
    this.redis = redis;
    this.queue = DialQueue.open(redis, config.redis.prefix);
    this.keys = this.queue.keys;
    this.campaigns = this.queue.campaigns;
    this.control = this.queue.control;
    this.reopener = this.queue.reopener;
    this.archive = this.queue.archive;
    this.desk = this.queue.unknownCalls;
    this.holds = this.queue.holds;
    this.status = this.queue.status;
    this.results = this.queue.results;
  }

  /** Epoch ms of Redis's clock. */
  async now(): Promise<number> {
    const [seconds, microseconds] = await this.redis.time();
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  }

  /** To show or steer it. Also an archived one. Throws `NoSuchCampaignError`. */
  async campaign(id: string): Promise<StoredCampaign> {
    const campaign = await this.campaigns.peek(id);
    if (campaign === undefined) throw new NoSuchCampaignError(id);
    return campaign;
  }
}

export class NoSuchCampaignError extends DialerError {
  override readonly exitCode = 2;

  constructor(id: string, isWhat = 'no campaign') {
    super(
      'no_such_campaign',
      `${id} is ${isWhat}; "enqueuer campaign list" shows those there are.`,
    );
  }
}
