import {
  campaignWorkerNeverReady,
  pacedFarAway,
  resetAtOpenings,
} from '../scenarios/campaign-worker-scenarios.ts';
import { diedInACanary } from '../scenarios/canary-scenarios.ts';
import { diedAheadOfTime, pausedAsClockIsSet } from '../scenarios/clock-scenarios.ts';
import {
  archivedUnderAZombie,
  erasedBetweenRefusals,
  erasedInHand,
} from '../scenarios/desk-scenarios.ts';
import {
  changedByOthers,
  metByForeignJobs,
  pausedByBoard,
} from '../scenarios/foreign-scenarios.ts';
import {
  cappedByARefusal,
  cappedByARefusedRedial,
  storedByNewerVersion,
} from '../scenarios/rule-scenarios.ts';
import {
  answeredOnceWith,
  filledUp,
  frozenThenPaused,
  judgedByAnother,
  killedAt,
  loadedAgain,
  refusedOnHttp2,
  type Scenario,
  staleReplicaPromoted,
  underRules,
} from '../scenarios/scenarios.ts';
import type { Mutation } from './mutant.ts';

/**
 * A mistake that somebody could make, and where it must show. Without the mistake the same scenario
 * shows nothing.
 */
export interface Control {
  readonly scenario: Scenario;
  readonly mutations: readonly Mutation[];
  /** It sets Redis's clock: nothing for where there is no libfaketime. */
  readonly setsClock?: true;
  /**
   * A test that fails of this mistake as well. `npm test` leaves it to that one, and to
   * `npm run chaos -- --controls`.
   */
  readonly killedBy?: string;
}

const GATE = 'packages/dial-queue/src/gate/gate.lua';
const SETTLE = 'packages/dial-queue/src/gate/settle.lua';
const HTTP_ORIGIN = 'packages/libby-client/src/http/http-origin.ts';
const IDENTITY = 'packages/dial-queue/src/people/identity.ts';
const SEALED = '`job\\0${campaign}\\0${callId}\\0${data}`';
const VERDICT = 'packages/libby-client/src/answers/verdict.ts';

export const CONTROLS: Readonly<Record<string, Control>> = {
  'no gate': {
    scenario: killedAt('before_settle'),
    mutations: [
      {
        file: GATE,
        from: 'is_brought_back = read_entry(ledger, call_id)',
        to: 'is_brought_back = nil, false',
      },
    ],
  },
  'the intent is written after the request': {
    scenario: killedAt('before_settle'),
    killedBy: 'packages/dial-queue/src/gate/gate.test.ts',
    mutations: [
      { file: GATE, from: 'write_entry(ledger, call_id, claim)', to: 'cjson.encode(claim)' },
      { file: GATE, from: "redis.call('ZADD', claims, claim.deadline, call_id)", to: '' },
    ],
  },
  'HTTP/2 is on': {
    scenario: refusedOnHttp2,
    mutations: [
      { file: HTTP_ORIGIN, from: 'allowH2: false', to: 'allowH2: true' },
      // The second lock on the same door.
      {
        file: HTTP_ORIGIN,
        from: 'if (this.#controller !== undefined)\n',
        to: 'if (this.#status > 999)\n',
      },
    ],
  },
  'what ended in doubt is tried again': {
    scenario: answeredOnceWith({ fault: 'hang', taken: true }),
    mutations: [
      {
        file: 'packages/dialing/src/calls/decide.ts',
        from: "return { kind: 'settle', outcome: 'unknown', reason: doubtReason(seen.code), run: 'doubts' };",
        to: "return { kind: 'retry', reason: doubtReason(seen.code) };",
      },
    ],
  },
  'a reset connection is taken for safe': {
    scenario: answeredOnceWith({ fault: 'reset_after' }),
    killedBy: 'packages/libby-client/src/answers/verdict.test.ts',
    mutations: [
      {
        file: VERDICT,
        from: 'function lost(trouble: string): Verdict {',
        to: "function lost(trouble: string): Verdict {\n  if (trouble === 'ECONNRESET') return neverSent(trouble);",
      },
    ],
  },
  '504 is taken for safe': {
    scenario: answeredOnceWith({ status: 504, taken: true }),
    killedBy: 'apps/worker/src/calls/classification.test.ts',
    mutations: [
      {
        file: VERDICT,
        from: "  425: 'rate_limited',",
        to: "  425: 'rate_limited',\n  504: 'rate_limited',",
      },
    ],
  },
  '303 is taken for safe': {
    scenario: answeredOnceWith({ status: 303, taken: true }),
    killedBy: 'packages/libby-client/src/answers/verdict.test.ts',
    mutations: [
      { file: VERDICT, from: "  307: 'endpoint',", to: "  303: 'endpoint',\n  307: 'endpoint'," },
    ],
  },
  'no veto stops a zombie': {
    scenario: frozenThenPaused,
    mutations: [
      {
        file: 'apps/worker/src/calls/call-dialer.ts',
        from: "if (isOver()) return 'the claim has run out';",
        to: '',
      },
    ],
  },
  'what is settled is forgotten with its job': {
    scenario: loadedAgain,
    mutations: [
      {
        file: SETTLE,
        from: "redis.call('ZREM', claims, call_id)",
        to: "redis.call('ZREM', claims, call_id) redis.call('HDEL', ledger, call_id)",
      },
    ],
  },
  'the handler throws': {
    scenario: filledUp,
    mutations: [
      {
        file: 'apps/worker/src/campaigns/campaign-worker.ts',
        from: "events.unexpected('in a call', error, { campaign: this.campaign, callId });",
        to: "if (callId !== '') throw error;",
      },
    ],
  },
  'the gate escapes the limit of a full Redis': {
    scenario: filledUp,
    mutations: [
      { file: GATE, from: '#!lua\n-- The gate:', to: '--\n-- The gate:' },
      {
        file: GATE,
        from: "last_claim = redis.call('HINCRBY', claim_counts, SERVER, 1)",
        to: "redis.call('ZREM', claims, call_id) last_claim = redis.call('HINCRBY', claim_counts, SERVER, 1)",
      },
    ],
  },
  'nobody notices that claims are lost': {
    scenario: staleReplicaPromoted,
    mutations: [
      {
        file: 'packages/dial-queue/src/evidence/compare.lua',
        from: 'if known < one.claims then',
        to: 'if known < 0 then',
      },
      { file: GATE, from: 'if last_claim <= (ask.seen or 0) then', to: 'if last_claim < 0 then' },
      // It is not the pause before the next claim that tells what is lost.
      {
        file: 'packages/dial-queue/src/evidence/evidence.ts',
        from: 'MISSING_WORKER_PAUSE_MS = 40_000',
        to: 'MISSING_WORKER_PAUSE_MS = 8_000',
      },
    ],
  },
  'a claim is judged by the time-outs of who looks at it': {
    scenario: judgedByAnother,
    killedBy: 'packages/dial-queue/src/gate/gate.test.ts',
    mutations: [
      { file: GATE, from: 'now <= entry.deadline', to: 'now <= entry.claimedAt + claim_ms' },
    ],
  },
  'calls in flight are one more than allowed': {
    scenario: underRules,
    mutations: [
      {
        file: GATE,
        from: 'if in_flight >= limits.maxInFlight',
        to: 'if in_flight > limits.maxInFlight',
      },
    ],
  },
  'a call takes no place on its line until it is answered': {
    scenario: underRules,
    mutations: [
      {
        file: GATE,
        from: 'occupy_line(lines, line, owner, claim.deadline + limits.conversationMs)',
        to: '',
      },
    ],
  },
  'a line is free again with the answer': {
    scenario: underRules,
    mutations: [
      {
        file: SETTLE,
        from: 'occupy_line(lines, claimed.line, owner, till)',
        to: 'leave_line(lines, claimed.line, owner)',
      },
    ],
  },
  'a call is not counted with its person as it is let out': {
    scenario: underRules,
    mutations: [
      { file: GATE, from: 'remember_call(people, person, owner, now + UNANSWERED)', to: '' },
    ],
  },
  'the gate does not look at the do-not-call list': {
    scenario: underRules,
    mutations: [
      {
        file: GATE,
        from: "if redis.call('SISMEMBER', numbers, someone.member) == 1 then",
        to: 'if false then',
      },
    ],
  },
  'the connection of a campaign worker tries only once': {
    scenario: resetAtOpenings,
    killedBy: 'apps/worker/src/campaigns/campaign-opening.test.ts',
    mutations: [
      {
        file: 'packages/runtime/src/redis/redis-connection.ts',
        from: 'this.client.options.lazyConnect = false;',
        to: '',
      },
      // What would set the campaign worker up anew.
      {
        file: 'apps/worker/src/campaigns/campaign-workers.ts',
        from: 'if (this.#watches.get(worker)?.look(sight, sinceLookMs) || isBroken) this.#replace(worker);',
        to: 'if (isBroken && this.#stopped) this.#replace(worker);',
      },
    ],
  },
  'a late word is written into an archived campaign': {
    scenario: archivedUnderAZombie,
    killedBy: 'packages/dial-queue/src/campaigns/campaign-archive.test.ts',
    mutations: [
      {
        file: SETTLE,
        from: "if (not entry or entry.state ~= 'claimed') and redis.call('HEXISTS', state, 'archived') == 1 then",
        to: 'if false then',
      },
    ],
  },
  'a forwarder sends what was erased from memory': {
    scenario: erasedBetweenRefusals,
    mutations: [
      {
        file: 'packages/daemon/src/forwarding/forwarder.ts',
        from: 'results = await this.#stillToDeliver(planned);',
        to: 'results = planned;',
      },
      {
        // It looks through its memory every 20 s as well, which on a busy machine comes first.
        file: 'packages/daemon/src/forwarding/forwarder.ts',
        from: 'if (lost.size === 0) return;',
        to: 'if (lost.size >= 0) return;',
      },
    ],
  },
  'a copy of a job is taken for the job': {
    scenario: metByForeignJobs,
    mutations: [{ file: IDENTITY, from: SEALED, to: '`job\\0${campaign}\\0${data}`' }],
  },
  'a job whose data were changed is believed': {
    scenario: changedByOthers,
    mutations: [{ file: IDENTITY, from: SEALED, to: '`job\\0${campaign}\\0${callId}`' }],
  },
  'a job that is not taken is thrown away': {
    scenario: metByForeignJobs,
    killedBy: 'packages/dial-queue/src/jobs/set-aside-jobs.test.ts',
    mutations: [
      {
        file: 'packages/dial-queue/src/jobs/set-aside.lua',
        from: "redis.call('HSET', set_aside, job_id, job) == 1",
        to: 'job ~= nil',
      },
    ],
  },
  'a pause of BullMQ’s own outlasts a resume': {
    scenario: pausedByBoard,
    killedBy: 'apps/worker/src/campaigns/queue-halt.test.ts',
    mutations: [
      {
        file: 'packages/dial-queue/src/campaigns/campaign-control.ts',
        from: 'await liftQueueHalt(this.#redis, this.#keys, campaign);',
        to: '',
      },
    ],
  },
  'slots are given as if every worker were near': {
    scenario: pacedFarAway,
    killedBy: 'packages/dial-queue/src/gate/limits.test.ts',
    mutations: [
      { file: GATE, from: 'local lead_ms = lead_of(ask.leadMs)', to: 'local lead_ms = lead_of(0)' },
    ],
  },
  'nobody notices a campaign worker that takes no job': {
    scenario: campaignWorkerNeverReady,
    mutations: [
      {
        file: 'apps/worker/src/campaigns/campaign-workers.ts',
        from: 'if (this.#watches.get(worker)?.look(sight, sinceLookMs) || isBroken) this.#replace(worker);',
        to: 'if (isBroken) this.#replace(worker);',
      },
    ],
  },
  'a pause goes by Redis’s clock alone': {
    scenario: pausedAsClockIsSet,
    setsClock: true,
    killedBy: 'packages/dial-queue/src/gate/clock-steps.test.ts',
    mutations: [
      {
        file: 'packages/dial-queue/src/evidence/follow-claims.lua',
        from: "if is_same and entry.state == 'claimed' then",
        to: "if is_same and entry.state == 'claimed' and now_ms() <= entry.sendBy then",
      },
    ],
  },
  'a claim lasts until the time to which a clock was set': {
    scenario: diedAheadOfTime,
    setsClock: true,
    killedBy: 'packages/dial-queue/src/gate/clock-steps.test.ts',
    mutations: [
      {
        file: 'packages/dial-queue/src/lua/ledger.lua',
        from: 'if ahead_ms <= 0 then return false end',
        to: 'if ahead_ms <= 0 or written_at then return false end',
      },
    ],
  },
  'a lock lasts until the time to which a clock was set': {
    scenario: diedAheadOfTime,
    setsClock: true,
    killedBy: 'packages/dial-queue/src/gate/clock-steps.test.ts',
    mutations: [
      {
        file: 'packages/dial-queue/src/campaigns/open-campaigns.lua',
        from: '  bring_back_locks(queue)\n',
        to: '',
      },
    ],
  },
  'a campaign is dialed without a rule that nobody knows': {
    scenario: storedByNewerVersion,
    killedBy: 'packages/dialing/src/campaigns/stored-campaign.test.ts',
    mutations: [
      {
        file: 'packages/dialing/src/campaigns/stored-campaign.ts',
        from: 'storedCampaignSchema.safeParse(content)',
        to: 'storedCampaignSchema.strip().safeParse(content)',
      },
    ],
  },
  'a call over its cap does not wait for what is in flight': {
    scenario: cappedByARefusal,
    killedBy: 'packages/dial-queue/src/gate/limits.test.ts',
    mutations: [
      {
        file: GATE,
        from: 'local unanswered = unanswered_calls(people, person, since, owner, now, claim_ms)',
        to: 'local unanswered = 0',
      },
    ],
  },
  'a redial that was refused counts as a call': {
    scenario: cappedByARefusedRedial,
    mutations: [{ file: SETTLE, from: ' and not settlement.unrung', to: '' }],
  },
  'a job in the hands of a worker is not blanked': {
    scenario: erasedInHand,
    mutations: [
      {
        file: 'packages/dial-queue/src/people/erase-call.lua',
        from: 'remove_or_blank_job(queue, call_id)',
        to: 'remove_job(queue, call_id)',
      },
    ],
  },
  'a canary counts what has its outcome': {
    scenario: diedInACanary,
    killedBy: 'packages/dial-queue/src/holds/canaries.test.ts',
    mutations: [
      {
        file: 'packages/dial-queue/src/lua/canary.lua',
        from: '  claimed = true, accepted',
        to: '  accepted',
      },
    ],
  },
};
