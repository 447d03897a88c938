import type { Canary } from '@libby-dialer/dialing';
import type { Queue } from 'bullmq';
import { AccessStore } from './access/access-store.ts';
import { LogInAttempts } from './access/log-in-attempts.ts';
import { type AuditTrail, RedisAuditTrail } from './audit/audit-trail.ts';
import { CallLoader } from './calls/call-loader.ts';
import { type CallRecords, RedisCallRecords } from './calls/call-records.ts';
import { CallReopener } from './calls/call-reopener.ts';
import { CallStates } from './calls/call-states.ts';
import { LoadPreview } from './calls/load-preview.ts';
import { UnknownCalls } from './calls/unknown-calls.ts';
import { CampaignArchive } from './campaigns/campaign-archive.ts';
import { CampaignControl } from './campaigns/campaign-control.ts';
import { StatusReader } from './campaigns/campaign-status.ts';
import { CampaignStore } from './campaigns/campaign-store.ts';
import { IdleReasons } from './campaigns/idle-reasons.ts';
import { PlacedCalls } from './campaigns/placed-calls.ts';
import type { Monotonic } from './evidence/earlier-claims.ts';
import { Evidence } from './evidence/evidence.ts';
import { ForwardQueue, type ForwardQueueOptions } from './forwarding/forward-queue.ts';
import { Forwarders } from './forwarding/forwarders.ts';
import { Gate } from './gate/gate.ts';
import type { ClaimTimes } from './gate/questions.ts';
import { Canaries } from './holds/canaries.ts';
import { type HoldObserver, Holds } from './holds/holds.ts';
import { InboxConsumer } from './inbox/inbox-consumer.ts';
import { InboxView } from './inbox/inbox-view.ts';
import { OpenCalls } from './jobs/open-calls.ts';
import { ParkedCalls } from './jobs/parked-calls.ts';
import { PendingSample } from './jobs/pending-sample.ts';
import { openQueue } from './jobs/queues.ts';
import { SetAsideJobs } from './jobs/set-aside-jobs.ts';
import { WaitingJobs } from './jobs/waiting-jobs.ts';
import { CallHistory } from './people/call-history.ts';
import { DoNotCallList } from './people/do-not-call-list.ts';
import { Eraser } from './people/eraser.ts';
import { Identity } from './people/identity.ts';
import { Keys } from './redis/keys.ts';
import type { RedisConnection } from './redis/redis-connection.ts';
import type { Fence } from './redis/script.ts';
import { Results } from './results/results.ts';
import { ScheduleStore } from './schedules/schedule-store.ts';
import { ScheduleTriggers, TriggerListener } from './schedules/schedule-triggers.ts';
import { WorkerNotes } from './workers/worker-notes.ts';

export interface DialQueueOptions {
  /** Told what steps taken through this queue do to holds. */
  readonly onHoldChange?: HoldObserver;
  /** For tests, which let time pass. */
  readonly monotonic?: Monotonic;
}

/**
 * The front door: every part of the Redis contract, on one connection and under one prefix. The
 * fields are shared by all who ask; nothing is read or written before a part is used. The methods
 * make a part for one owner, who closes it if it can be closed. The connection stays the caller's.
 */
export class DialQueue {
  readonly redis: RedisConnection;
  readonly keys: Keys;

  readonly campaigns: CampaignStore;
  readonly control: CampaignControl;
  readonly status: StatusReader;
  readonly idleReasons: IdleReasons;
  readonly archive: CampaignArchive;
  readonly placedCalls: PlacedCalls;

  readonly holds: Holds;
  readonly canaries: Canaries;
  readonly evidence: Evidence;

  readonly callRecords: CallRecords;
  readonly callStates: CallStates;
  readonly unknownCalls: UnknownCalls;
  readonly reopener: CallReopener;
  readonly parkedCalls: ParkedCalls;
  readonly waitingJobs: WaitingJobs;
  readonly setAsideJobs: SetAsideJobs;
  readonly pendingSample: PendingSample;
  readonly openCalls: OpenCalls;

  readonly doNotCall: DoNotCallList;
  readonly callHistory: CallHistory;
  readonly eraser: Eraser;

  readonly access: AccessStore;
  readonly logInAttempts: LogInAttempts;
  readonly audit: AuditTrail;
  readonly results: Results;
  readonly forwarders: Forwarders;
  readonly inbox: InboxView;
  readonly schedules: ScheduleStore;
  readonly workerNotes: WorkerNotes;

  readonly #onHoldChange: HoldObserver | undefined;
  #identity: Identity | undefined;

  private constructor(redis: RedisConnection, keys: Keys, options: DialQueueOptions) {
    this.redis = redis;
    this.keys = keys;
    this.#onHoldChange = options.onHoldChange;
    // By the key that Redis has now: under another nobody would be found on a list.
    const identity = () => this.identity();

    this.campaigns = new CampaignStore(redis, keys);
    this.control = new CampaignControl(redis, keys, options.monotonic);
    this.holds = new Holds(redis, keys, options.onHoldChange);
    this.canaries = new Canaries(redis, keys, options.onHoldChange);
    this.status = new StatusReader(redis, keys, this.campaigns, this.holds);
    this.idleReasons = new IdleReasons(redis, keys);
    this.archive = new CampaignArchive(redis, keys);
    this.placedCalls = new PlacedCalls(redis, keys);
    this.evidence = new Evidence(redis, keys, options.onHoldChange);
    this.callRecords = new RedisCallRecords(redis, keys, async () => await this.peekIdentity());
    this.callStates = new CallStates(redis, keys);
    this.unknownCalls = new UnknownCalls(redis, keys, options.onHoldChange);
    this.reopener = new CallReopener(redis, keys);
    this.parkedCalls = new ParkedCalls(redis, keys);
    this.waitingJobs = new WaitingJobs(redis, keys);
    this.setAsideJobs = new SetAsideJobs(redis, keys);
    this.pendingSample = new PendingSample(redis, keys);
    this.openCalls = new OpenCalls(redis, keys);
    this.doNotCall = new DoNotCallList(redis, keys, identity);
    this.callHistory = new CallHistory(redis, keys, identity);
    this.eraser = new Eraser(redis, keys);
    this.access = new AccessStore(redis, keys);
    this.logInAttempts = new LogInAttempts(redis, keys);
    this.audit = new RedisAuditTrail(redis, keys);
    this.results = new Results(redis, keys);
    this.forwarders = new Forwarders(redis, keys);
    this.inbox = new InboxView(redis, keys);
    this.schedules = new ScheduleStore(redis, keys);
    this.workerNotes = new WorkerNotes(redis, keys);
  }

  /** @param prefix of every key, with a hash tag such as `{libby}` */
  static open(redis: RedisConnection, prefix: string, options: DialQueueOptions = {}): DialQueue {
    return new DialQueue(redis, new Keys(prefix), options);
  }

  /**
   * The one that all parts share, under the key that Redis has now. Whoever asks first of all makes
   * the key.
   */
  async identity(): Promise<Identity> {
    if (this.#identity === undefined) this.#identity ??= await Identity.load(this.redis, this.keys);
    else await this.#identity.reload(this.redis, this.keys);
    return this.#identity;
  }

  /** Undefined while nobody has made the key, and so nothing can be there yet. Writes nothing. */
  async peekIdentity(): Promise<Identity | undefined> {
    return await Identity.peek(this.redis, this.keys);
  }

  /** @param fence a claim counts only once replicas have it as well */
  gate(times: ClaimTimes, fence?: Fence): Gate {
    return new Gate(this.redis, this.keys, times, fence, this.#onHoldChange);
  }

  /** @param canary so many calls go first, once something new is queued */
  loader(campaign: string, canary?: Canary): CallLoader {
    const openCanary = canary && (() => this.canaries.open(campaign, canary));
    return new CallLoader(this.redis, this.keys, campaign, openCanary);
  }

  preview(campaign: string): LoadPreview {
    return new LoadPreview(this.redis, this.keys, campaign);
  }

  /** A campaign's queue, as BullMQ has it. */
  bullQueue(campaign: string): Queue {
    return openQueue(this.redis, this.keys, campaign);
  }

  forwardQueue(options: ForwardQueueOptions): ForwardQueue {
    return new ForwardQueue(this.redis, this.keys, options);
  }

  /**
   * @param blocking a connection for reads that wait, and for nothing else
   * @param name differs from that of every other daemon there is or was
   */
  inboxConsumer(blocking: RedisConnection, name: string): InboxConsumer {
    return new InboxConsumer(this.redis, blocking, this.keys, name);
  }

  scheduleTriggers(): ScheduleTriggers {
    return new ScheduleTriggers(this.redis, this.keys);
  }

  /** @param look is called whenever a trigger fires; of several daemons one is called */
  triggerListener(look: () => void): TriggerListener {
    return new TriggerListener(this.redis, this.keys, look);
  }
}
