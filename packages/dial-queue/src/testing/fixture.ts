import { type Campaign, parseCampaign, type QueuedCall } from '@libby-dialer/dialing';
import {
  startRedis,
  type TestRedis,
  type TestRedisOptions,
  uniquePrefix,
} from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { CallLoader } from '../calls/call-loader.ts';
import type { CampaignStore } from '../campaigns/campaign-store.ts';
import { DialQueue, type DialQueueOptions } from '../dial-queue.ts';
import type { Gate } from '../gate/gate.ts';
import type { ClaimRequest, ReleaseRequest, SettleRequest } from '../gate/questions.ts';
import type { Holds } from '../holds/holds.ts';
import type { Identity } from '../people/identity.ts';
import type { Keys } from '../redis/keys.ts';
import type { Results } from '../results/results.ts';

export const LINE = '+15055550100';
export const PERSON = '+15055550123';

/** Every part of the queue on a real Redis, under keys of its own. */
export class Fixture implements Disposable {
  readonly redis: Redis;
  readonly queue: DialQueue;
  readonly keys: Keys;
  readonly campaigns: CampaignStore;
  readonly holds: Holds;
  readonly results: Results;
  readonly identity: Identity;

  private constructor(redis: Redis, queue: DialQueue, identity: Identity) {
    this.redis = redis;
    this.queue = queue;
    this.keys = queue.keys;
    this.identity = identity;
    this.campaigns = queue.campaigns;
    this.holds = queue.holds;
    this.results = queue.results;
  }

  static async on(server: TestRedis): Promise<Fixture> {
    const redis = new Redis(server.url);
    const queue = DialQueue.open(redis, uniquePrefix());
    return new Fixture(redis, queue, await queue.identity());
  }

  [Symbol.dispose](): void {
    this.redis.disconnect();
  }

  /** The same queue for somebody else: by a connection of their own, or told of its holds. */
  queueOf(redis: Redis, options?: DialQueueOptions): DialQueue {
    return DialQueue.open(redis, this.keys.prefix, options);
  }

  gate({ sendWithinMs = 60_000, claimMs = 120_000 } = {}): Gate {
    return this.queue.gate({ sendWithinMs, claimMs });
  }

  async campaign(overrides: Record<string, unknown> = {}): Promise<Campaign> {
    const content = { id: 'spring', fromPhoneNumber: LINE, callingWindow: 'anytime', ...overrides };
    const verdict = parseCampaign(content);
    if (!verdict.ok) throw new Error(verdict.problems.join('\n'));
    await this.campaigns.put(verdict.campaign);
    return verdict.campaign;
  }

  loader(campaign = 'spring'): CallLoader {
    return this.queue.loader(campaign);
  }

  /** Calls to count different people, under the ids a loader would give them. */
  calls(
    count: number,
    overrides: Partial<QueuedCall> = {},
  ): { callId: string; call: QueuedCall }[] {
    return Array.from({ length: count }, (_, index) => {
      const to = `+1505555${String(1000 + index)}`;
      return {
        callId: this.identity.callId('spring', `phone:${to}`),
        call: { to, name: 'Ann', row: index + 1, ...overrides },
      };
    });
  }

  request(overrides: Partial<ClaimRequest> = {}): ClaimRequest {
    return {
      callId: 'call-1',
      owner: 'owner-1',
      campaign: 'spring',
      person: this.identity.person(PERSON),
      lines: [LINE],
      limits: { conversationMs: 120_000 },
      opensAt: 0,
      closesAt: Number.MAX_SAFE_INTEGER,
      ready: true,
      ...overrides,
    };
  }

  settling(overrides: Partial<SettleRequest> = {}): SettleRequest {
    const { outcome = 'accepted', callId = 'call-1' } = overrides;
    return {
      callId,
      owner: 'owner-1',
      campaign: 'spring',
      outcome,
      attempts: 1,
      resultHead: JSON.stringify({ callId, outcome }).slice(0, -1),
      payload: outcome === 'accepted' ? '' : '{"to":"+15055550123","name":"Ann"}',
      answered: outcome === 'accepted',
      probes: [],
      ...overrides,
    };
  }

  releasing(overrides: Partial<ReleaseRequest> = {}): ReleaseRequest {
    return {
      callId: 'call-1',
      owner: 'owner-1',
      campaign: 'spring',
      attempts: 1,
      failures: 0,
      answered: false,
      probes: [],
      ...overrides,
    };
  }

  async outcomeCount(outcome: string, campaign = 'spring'): Promise<number> {
    return Number(
      (await this.redis.hget(this.keys.campaign(campaign).state, `outcome:${outcome}`)) ?? 0,
    );
  }
}

/** A Redis for the file, and keys of its own for each test. */
export function eachTest(use: (fixture: Fixture) => void, options?: TestRedisOptions): void {
  let server: TestRedis;
  let fixture: Fixture;
  beforeAll(async () => {
    server = await startRedis(options);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    fixture = await Fixture.on(server);
    use(fixture);
  });
  afterEach(() => fixture[Symbol.dispose]());
}
