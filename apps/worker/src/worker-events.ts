import {
  type GateAnswer,
  type HoldCause,
  type HoldChange,
  type HoldRequest,
  isCallId,
  type Refusal,
} from '@libby-dialer/dial-queue';
import { type Outcome, type Reason, scopeKind } from '@libby-dialer/dialing';
import type { TokenEvent } from '@libby-dialer/libby-client';
import type { Logger } from '@libby-dialer/runtime';
import type { RedisRefusals } from './redis/redis-refusals.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

/** A call's outcome, as logs and metrics tell it. */
export interface SettledCall {
  readonly campaign: string;
  readonly callId: string;
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly httpStatus?: number | undefined;
  /** What was seen, where that was no success. */
  readonly cause?: HoldCause | undefined;
  readonly revision: number;
}

/**
 * One method per thing that happens: its log line and its metric stand together and cannot drift
 * apart.
 */
export class WorkerEvents {
  readonly #logger: Logger;
  readonly #metrics: WorkerMetrics;
  readonly #refusals: RedisRefusals;

  constructor(logger: Logger, metrics: WorkerMetrics, refusals: RedisRefusals) {
    this.#logger = logger;
    this.#metrics = metrics;
    this.#refusals = refusals;
  }

  campaignOpened(campaign: string): void {
    this.#metrics.campaigns.inc();
    this.#logger.info({ campaign }, 'campaign has work');
  }

  campaignClosed(campaign: string): void {
    this.#metrics.campaigns.dec();
    this.#logger.info({ campaign }, 'campaign has no more work');
  }

  /**
   * It took no call though some were due: its connection is dead, or something nobody had thought
   * of.
   */
  campaignWorkerReplaced(campaign: string): void {
    this.#metrics.campaignWorkersReplaced.inc();
    this.#logger.error(
      { campaign },
      'no call of the campaign was taken though some were due: its campaign worker is set up anew',
    );
  }

  /** A newer version has stored it: dialed without a rule, it might ring whom it must not. */
  campaignUnsupported(campaign: string, unknownRules: readonly string[]): void {
    this.#logger.error(
      { campaign, unknownRules },
      'campaign has rules that this version does not know, and is not dialed here: upgrade this worker',
    );
  }

  campaignsUnkept(count: number): void {
    this.#metrics.campaignsUnkept.set(count);
  }

  gateAnswered(answer: GateAnswer): void {
    this.#metrics.gateAnswers.inc({ answer: answer.kind });
  }

  /** The machine is too busy for its pace, or Redis answers late. */
  slotMissed(): void {
    this.#metrics.slotsMissed.inc();
  }

  paceNotKept(roundTripMs: number): void {
    this.#logger.warn(
      { roundTripMs },
      'Redis answers too late for the slots of campaigns with callsPerSecond: they hardly get on in this worker; bring it nearer to Redis',
    );
  }

  paceKept(): void {
    this.#logger.info('Redis answers in time for the slots of campaigns with callsPerSecond again');
  }

  requestBegun(): void {
    this.#metrics.inFlight.inc();
  }

  requestEnded(tookMs: number): void {
    this.#metrics.inFlight.dec();
    this.#metrics.requestSeconds.observe(tookMs / 1000);
  }

  settled(call: SettledCall): void {
    this.#metrics.settled.inc({ outcome: call.outcome, reason: call.reason });
    if (call.outcome === 'unknown') this.#logger.warn(call, 'call is in doubt');
    else if (call.outcome === 'exhausted') this.#logger.warn(call, 'call was given up');
    else if (call.outcome === 'rejected') this.#logger.info(call, 'call was rejected');
    else this.#logger.debug(call, 'call settled');
  }

  /** Somebody else holds the claim or has settled: what we know comes too late to count. */
  tooLate(call: { campaign: string; callId: string }, what: string): void {
    this.#metrics.tooLate.inc();
    this.#logger.warn(call, `came too late to ${what}`);
  }

  /** Of a foreign id nothing is said: it may be somebody's number. */
  jobSetAside(campaign: string, jobId: string, refusal: Refusal): void {
    this.#metrics.setAside.inc({ reason: refusal });
    this.#logger.warn(
      { campaign, reason: refusal, ...(isCallId(jobId) && { callId: jobId }) },
      'a job in the queue is not as this dialer has made it, it is set aside (see "enqueuer set-aside list")',
    );
  }

  notSent({ campaign, callId }: { campaign: string; callId: string }, reason: string): void {
    this.#metrics.notSent.inc({ reason });
    this.#logger.debug({ campaign, callId, reason }, 'call was not sent');
  }

  holdAsked(hold: HoldRequest): void {
    this.#metrics.holds.inc({ reason: hold.reason });
  }

  /** By a step of this worker: no other tells of it. */
  holdChanged({ change, ...hold }: HoldChange): void {
    this.#metrics.holdChanges.inc({
      change,
      scope_kind: scopeKind(hold.scope),
      reason: hold.reason,
    });
    if (change === 'lifted') this.#logger.info(hold, 'dialing goes on: a hold is lifted');
    else
      this.#logger.warn(
        hold,
        change === 'opened' ? 'dialing is held' : 'dialing is held for longer',
      );
  }

  /** A restart of Redis or a failover. */
  serverChanged(pauseMs: number): void {
    this.#logger.info(
      { pauseMs },
      'Redis is another server process: no call goes out before all workers have compared',
    );
  }

  /**
   * Redis has gone back to an earlier state: it does not know of claims any more that this worker
   * has seen.
   */
  evidenceLost(claims: number): void {
    this.#metrics.rollbacks.inc();
    this.#logger.error(
      { claims, hold: 'all', reason: 'evidence_lost' },
      'Redis has lost claims that it had acknowledged: nothing is dialed until a person releases it (see "enqueuer status")',
    );
  }

  /** What this worker knew of its own calls and Redis did not. */
  evidenceWritten(claims: number, outcomes: number): void {
    this.#logger.warn(
      { claims, outcomes },
      'Redis had lost claims or outcomes of this worker, they are written again',
    );
  }

  clockCompared(skewMs: number): void {
    this.#metrics.clockSkewSeconds.set(skewMs / 1000);
  }

  /** A call has to be within its hours by both. */
  clockSkewed(skewMs: number): void {
    this.#logger.warn(
      { skewSeconds: skewMs / 1000 },
      'the clock of this machine differs from that of Redis; have both follow a time server (NTP)',
    );
  }

  /** Dialing goes on by itself. */
  clocksTooFarApart(skewMs: number): void {
    this.#logger.error(
      { skewSeconds: skewMs / 1000 },
      'the clock of this machine differs from that of Redis by more than 15 minutes: nothing is dialed here until they agree',
    );
  }

  clocksNearEnough(skewMs: number): void {
    this.#logger.info(
      { skewSeconds: skewMs / 1000 },
      'the clocks are near enough to each other again: dialing goes on',
    );
  }

  clockAgrees(skewMs: number): void {
    this.#logger.info(
      { skewSeconds: skewMs / 1000 },
      'the clock of this machine agrees with that of Redis again',
    );
  }

  tokenEvent(event: TokenEvent): void {
    this.#metrics.tokenEvents.inc({ type: event.type });
    if (event.type === 'granted')
      this.#logger.info({ lifetimeMs: event.lifetimeMs }, 'got an access token');
    if (event.type === 'refresh_failed')
      this.#logger.warn({ err: event.error }, 'could not get an access token');
    if (event.type === 'cache_failed' && !this.#isRefusal(event.error))
      this.#logger.warn({ operation: event.operation, err: event.error }, 'token cache failed');
  }

  /** BullMQ or its connection complains; it goes on by itself. */
  queueTrouble(campaign: string, error: unknown): void {
    this.#metrics.queueTroubles.inc();
    if (!this.#isRefusal(error))
      this.#logger.warn({ campaign, err: error }, 'trouble with the queue');
  }

  /** Nothing that was expected: the call keeps its place and is tried again. */
  unexpected(where: string, error: unknown, context: Record<string, unknown> = {}): void {
    if (this.#isRefusal(error)) return;
    this.#metrics.unexpected.inc();
    this.#logger.error({ ...context, err: error }, `unexpected error ${where}`);
  }

  redisTakesAll(outageMs: number): void {
    this.#metrics.redisRefuses.set(0);
    this.#logger.info({ outageMs: Math.round(outageMs) }, 'Redis takes again what it refused');
  }

  /**
   * It comes again with every try, from every campaign: the log tells its beginning and its end.
   */
  #isRefusal(error: unknown): boolean {
    const refusal = this.#refusals.note(error);
    if (refusal === undefined) return false;
    const { reason, isNews } = refusal;
    this.#metrics.redisRefuses.set(1);
    this.#metrics.redisRefusals.inc();
    if (isNews)
      this.#logger.error(
        { reason },
        'Redis refuses what is asked of it: what it refuses is tried again',
      );
    return true;
  }
}
