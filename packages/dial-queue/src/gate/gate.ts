import { Evidence } from '../evidence/evidence.ts';
import { ReplicaFence } from '../evidence/replica-fence.ts';
import { type HoldObserver, tellChanges } from '../holds/holds.ts';
import type { CampaignKeys, Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import type { Fence } from '../redis/script.ts';
import { TurnBatch } from '../redis/turn-batch.ts';
import { CANCEL, CLAIM, RELEASE, type Released, SETTLE, type SettleReply } from './gate-scripts.ts';
import type {
  ClaimRequest,
  ClaimTimes,
  GateAnswer,
  Question,
  ReleaseAnswer,
  ReleaseRequest,
  SettleAnswer,
  SettleRequest,
  Uncompared,
  UntriedCall,
  Withdrawal,
} from './questions.ts';

type BoundClaim = ReturnType<typeof CLAIM.boundTo>;
type ClaimBatch = TurnBatch<ClaimRequest, GateAnswer | Uncompared>;

/** What is asked about the calls of one campaign in one turn of the event loop. */
interface CampaignGate {
  readonly keys: CampaignKeys;
  readonly settles: TurnBatch<SettleRequest, SettleReply>;
  readonly releases: TurnBatch<ReleaseRequest | Withdrawal, Released>;
}

/** Claims on one server, by campaign. */
interface ServerGate {
  readonly bound: BoundClaim;
  readonly cancel: ReturnType<typeof CANCEL.boundTo>;
  readonly claims: Map<string, ClaimBatch>;
}

/**
 * The ledger's three moves: claim, settle, release. Each is one step of a script that the same
 * owner can safely send again. Those asked for in one turn of the event loop are sent together.
 * Claims are made only on the server process that the gate was introduced to, whoever connects to
 * whatever.
 */
export class Gate {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #times: ClaimTimes;
  readonly #fence: ReplicaFence | undefined;
  readonly #observe: HoldObserver | undefined;
  readonly #campaigns = new Map<string, CampaignGate>();
  #server: ServerGate | undefined;

  /**
   * @param fence a claim counts only once replicas have it as well; @param observe is told what its
   * steps do to holds
   */
  constructor(
    redis: RedisConnection,
    keys: Keys,
    times: ClaimTimes,
    fence?: Fence,
    observe?: HoldObserver,
  ) {
    this.#redis = redis;
    this.#keys = keys;
    this.#times = times;
    this.#fence = fence && new ReplicaFence(redis, keys, fence);
    this.#observe = observe;
  }

  /** The server on which claims are made, once there is one. */
  get server(): string | undefined {
    return this.#server?.bound.server;
  }

  /**
   * Makes claims on this server from now on. Resolves to false, and makes none, if another server
   * answers.
   */
  async introduce(server: string): Promise<boolean> {
    const known = this.#server;
    const isKnown = known?.bound.server === server;
    const bound = isKnown ? known.bound : CLAIM.boundTo(server);
    const cancel = isKnown ? known.cancel : CANCEL.boundTo(server);
    for (const script of [bound, cancel])
      if (!(await script.teach(this.#redis, this.#keys.claimCounts))) return false;
    if (this.#fence && !(await this.#fence.introduce(server))) return false;
    if (this.#server?.bound !== bound) this.#server = { bound, cancel, claims: new Map() };
    return true;
  }

  /** If nobody compares claims, a gate that knows no server yet takes the first that answers. */
  async claim(request: ClaimRequest): Promise<GateAnswer | Uncompared> {
    const server = this.#server ?? (await this.#introduceItself());
    const answer = await this.#claimsOn(server, request.campaign).ask(request);
    const isUsable =
      answer.kind !== 'dial' ||
      this.#fence === undefined ||
      (await this.#fence.covers(server.bound.server));
    return isUsable ? answer : { ...answer, kind: 'unfenced' };
  }

  async #introduceItself(): Promise<ServerGate> {
    while (this.#server === undefined) {
      await this.introduce(
        (await new Evidence(this.#redis, this.#keys).compare(new Map(), true)).server,
      );
    }
    return this.#server;
  }

  /**
   * Ends those of these calls that nobody has tried yet, if their campaign is canceled, as the gate
   * and a settle would, and removes their jobs.
   * @returns the ids of those that this has ended
   */
  async cancelUntried(
    campaign: string,
    owner: string,
    calls: readonly UntriedCall[],
  ): Promise<ReadonlySet<string>> {
    const { cancel } = this.#server ?? (await this.#introduceItself());
    const given = { campaign, owner, queue: this.#keys.queue(campaign), calls };
    return (await cancel.run(this.#redis, this.#of(campaign).keys, given)) ?? new Set();
  }

  async settle(request: SettleRequest): Promise<SettleAnswer> {
    const { answer, changes } = await this.#of(request.campaign).settles.ask(request);
    tellChanges(this.#observe, changes);
    return answer;
  }

  release(request: ReleaseRequest): Promise<ReleaseAnswer> {
    return this.#giveBack(request);
  }

  /**
   * Gives back, unused, the claim that this owner may have without knowing: the gate's answer never
   * arrived. Resolves to whether it had one.
   */
  async withdraw({ callId, owner, campaign }: Question): Promise<boolean> {
    return (await this.#giveBack({ callId, owner, campaign, withdraws: true })) === 'released';
  }

  async #giveBack(release: ReleaseRequest | Withdrawal): Promise<ReleaseAnswer> {
    const [word, changes] = await this.#of(release.campaign).releases.ask(release);
    tellChanges(this.#observe, changes);
    return word;
  }

  /** A question goes to the server it was meant for, even if another is known by then. */
  #claimsOn({ bound, claims }: ServerGate, campaign: string): ClaimBatch {
    const { keys } = this.#of(campaign);
    return once(claims, campaign, () => {
      return new TurnBatch(async (asks) => {
        const questions = asks.map((ask) => ({ ask }));
        const given = { ...this.#times, doNotCallSets: this.#keys.doNotCallSets, questions };
        const answers = await bound.run(this.#redis, keys, given);
        return answers ?? asks.map((): Uncompared => ({ kind: 'uncompared' }));
      });
    });
  }

  #of(campaign: string): CampaignGate {
    return once(this.#campaigns, campaign, () => {
      const keys = this.#keys.campaign(campaign);
      const { announcements: channel } = keys;
      const queue = this.#keys.queue(campaign);
      return {
        keys,
        settles: new TurnBatch((requests) => {
          const settlements = requests.map(settlementOf);
          return SETTLE.run(this.#redis, keys, { channel, queue, settlements });
        }),
        releases: new TurnBatch((requests) => {
          const releases = requests.map((release) => ({ release }));
          return RELEASE.run(this.#redis, keys, { channel, releases });
        }),
      };
    });
  }
}

function once<Value>(known: Map<string, Value>, name: string, make: () => Value): Value {
  let value = known.get(name);
  if (value === undefined) {
    value = make();
    known.set(name, value);
  }
  return value;
}

function settlementOf({ resultHead, payload, ...settlement }: SettleRequest) {
  return { settlement, resultHead, payload };
}
