import type { ScriptRule } from '@libby-dialer/libby-simulator';
import {
  eventually,
  type FaultProxy,
  findLibfaketime,
  type NetworkFault,
} from '@libby-dialer/testkit';
import { archiveCampaign } from '../stage/archiving.ts';
import type { Crew } from '../stage/crew.ts';
import type { Enqueuer } from '../stage/enqueuer.ts';
import type { Erasures } from '../stage/erasures.ts';
import { steadyNow } from '../stage/exchanges.ts';
import type { ForeignJobs } from '../stage/foreign-jobs.ts';
import type { Forwarding } from '../stage/forwarding.ts';
import { insist } from '../stage/insist.ts';
import type { SmallCampaigns } from '../stage/small-campaigns.ts';
import { CAMPAIGN, type Stage } from '../stage/stage.ts';
import type { FaultEvent, FaultName } from './plan.ts';

/** Where a fault finds what it strikes, and how it waits. */
export interface Scene {
  readonly stage: Stage;
  readonly crew: Crew;
  readonly enqueuer: Enqueuer;
  readonly small: SmallCampaigns;
  readonly erasures: Erasures;
  readonly foreign: ForeignJobs;
  readonly forwarding: Forwarding | undefined;
  /** When Redis's clock was set; see `steadyNow`. */
  readonly clockSteps: number[];
  readonly isOver: () => boolean;
  /** Resolves after that time, or at once when the run is over. */
  readonly wait: (ms: number) => Promise<void>;
}

type Inflict = (scene: Scene, event: FaultEvent) => Promise<void>;

/** Longer than the workers' time-out. */
const TOO_SLOW_MS = 5000;
/** Redis has nothing to spare at once. */
const FULL_BYTES = 1;

const slotOf = ({ crew }: Scene, { pick }: FaultEvent) => pick % crew.size;

/** How each fault is brought about, and made good again. */
export const INFLICT: Readonly<Record<FaultName, Inflict>> = {
  kill: (scene, event) => scene.crew.kill(slotOf(scene, event)),
  freeze: freezeWorker,
  zombie: freezeWorker,
  rolling_restart: (scene, event) => scene.crew.restart(slotOf(scene, event)),

  redis_killed: async ({ stage, wait }, { lastsMs }) => {
    await stage.server.kill();
    await wait(lastsMs);
    await stage.server.restart();
  },
  redis_restarted: ({ stage }) => stage.server.restart(),
  redis_frozen: async ({ stage, wait }, { lastsMs }) => {
    await stage.server.pause();
    await wait(lastsMs);
    await stage.server.resume();
  },
  redis_full: async ({ stage, wait }, { lastsMs }) => {
    await stage.redis.config('SET', 'maxmemory', FULL_BYTES);
    await wait(lastsMs);
    await stage.redis.config('SET', 'maxmemory', 0);
  },
  redis_replies_dropped: network('redisProxy', () => ({ kind: 'drop_replies' })),
  redis_stalled: network('redisProxy', () => ({ kind: 'stall' })),
  redis_half_open: network('redisProxy', () => ({ kind: 'half_open' })),
  redis_reset: network('redisProxy', ({ pick }) => ({
    kind: 'reset',
    direction: pick % 2 === 0 ? 'to_target' : 'to_client',
    afterBytes: pick % 5000,
  })),
  redis_slow: network('redisProxy', ({ pick }) => ({ kind: 'slow', latencyMs: 20 + (pick % 131) })),
  redis_reset_at_openings: async (scene, event) => {
    const { redisProxy } = scene.stage;
    await redisProxy.inflict(reset('to_target', event.pick % 300));
    await openCampaigns(scene, event);
    await scene.wait(event.lastsMs);
    await redisProxy.heal();
  },
  redis_restarted_at_openings: async (scene, event) => {
    const { server, redisProxy } = scene.stage;
    const before = redisProxy.counts().accepted;
    const opened = openCampaigns(scene, event);
    // As soon as a campaign worker connects; or else when that was long ago.
    await eventually(() => redisProxy.counts().accepted > before, {
      timeoutMs: 2500,
      intervalMs: 1,
    }).catch(() => {});
    await scene.wait(event.pick % 20);
    await server.kill(event.pick % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
    await server.restart();
    await opened;
  },

  api_refused: network('apiProxy', () => ({ kind: 'refuse' })),
  // A request has about 1,500 bytes and its answer 250.
  api_reset_before_reading: network('apiProxy', ({ pick }) => reset('to_target', pick % 2000)),
  api_reset_after_reading: network('apiProxy', ({ pick }) => reset('to_client', pick % 300)),
  api_hangs: network('apiProxy', () => ({ kind: 'hang' })),
  api_half_open: network('apiProxy', () => ({ kind: 'half_open' })),
  api_drips: network('apiProxy', ({ pick }) => ({
    kind: 'drip',
    bytesPerSecond: 200 + (pick % 2000),
  })),
  api_closes_idle: async ({ stage }) => {
    stage.apiProxy.closeIdle();
  },

  storm_of_5xx: storm('outbound', ({ pick }) => ({
    status: 500 + (pick % 5),
    taken: pick % 2 === 0,
  })),
  storm_of_429: storm('outbound', () => ({ status: 429, headers: { 'retry-after': '1' } })),
  storm_of_400: storm('outbound', () => ({ status: 400 })),
  storm_of_403: storm('outbound', () => ({ status: 403 })),
  storm_of_404: storm('outbound', () => ({ status: 404 })),
  storm_of_slowness: storm('outbound', () => ({ latencyMs: TOO_SLOW_MS })),

  tokens_revoked: ({ stage }) => stage.provider.revokeTokens(),
  token_endpoint_refused: whileNeeded(network('tokenProxy', () => ({ kind: 'refuse' }))),
  token_endpoint_hangs: whileNeeded(network('tokenProxy', () => ({ kind: 'hang' }))),
  token_endpoint_drops_answers: whileNeeded(
    network('tokenProxy', () => ({ kind: 'drop_replies' })),
  ),
  token_endpoint_slow: whileNeeded(
    storm('token', ({ pick }) => ({ latencyMs: pick % TOO_SLOW_MS })),
  ),
  token_endpoint_400: whileNeeded(
    storm('token', () => ({ status: 400, body: { error: 'invalid_client' } })),
  ),
  token_endpoint_429: whileNeeded(
    storm('token', () => ({ status: 429, headers: { 'retry-after': '1' } })),
  ),

  campaigns_opened: openCampaigns,
  campaign_archived: async (scene, { pick }) => {
    const { stage, enqueuer, small, isOver } = scene;
    if (small.open.length === 0) await openCampaigns(scene, { pick });
    const id = small.open[pick % small.open.length] ?? '';
    await small.archiving(id, () => archiveCampaign(stage, enqueuer, id, isOver));
  },
  person_erased: ({ erasures }, { pick }) => erasures.erase(pick),
  list_loaded_again: ({ enqueuer, wait }, { lastsMs }) =>
    enqueuer.load({ kind: 'killed', afterMs: [lastsMs] }, wait),
  forwarder_ended: async ({ forwarding }, { pick }) =>
    forwarding?.end(pick % 4 === 0 ? 'SIGKILL' : 'SIGTERM'),

  queue_paused: async ({ stage, enqueuer, wait }, { lastsMs }) => {
    const queue = stage.queue.bullQueue(CAMPAIGN);
    await insist(() => queue.pause());
    await queue.close();
    await wait(lastsMs);
    await enqueuer.insist(['resume', CAMPAIGN]);
  },
  job_copied: ({ foreign }, { pick }) => foreign.copy(pick),
  job_changed: ({ foreign }, { pick }) => foreign.change(pick),
  job_that_is_no_call: ({ foreign }, { pick }) => foreign.addNoCall(pick),

  clock_seconds_ahead: clock(({ pick }) => 1000 + (pick % 60_000)),
  clock_seconds_behind: clock(({ pick }) => -1000 - (pick % 60_000)),
  clock_hours_ahead: clock(({ pick }) => (1 + (pick % 6)) * HOUR_MS),
  clock_hours_behind: clock(({ pick }) => -(1 + (pick % 6)) * HOUR_MS),
};

const HOUR_MS = 3_600_000;

function clock(aheadMsOf: (event: FaultEvent) => number): Inflict {
  return async ({ stage, clockSteps, wait }, event) => {
    if (findLibfaketime() === undefined) return;
    clockSteps.push(steadyNow());
    await stage.server.setClock(aheadMsOf(event));
    await wait(event.lastsMs);
    clockSteps.push(steadyNow());
    await stage.server.setClock(0);
  };
}

async function openCampaigns({ small }: Scene, { pick }: Pick<FaultEvent, 'pick'>): Promise<void> {
  await small.add(2 + (pick % 4), 1 + (pick % 3));
}

async function freezeWorker(scene: Scene, event: FaultEvent): Promise<void> {
  await scene.crew.freeze(slotOf(scene, event), () => scene.wait(event.lastsMs));
}

function reset(direction: 'to_target' | 'to_client', afterBytes: number): NetworkFault {
  return { kind: 'reset', direction, afterBytes };
}

function network(
  proxy: 'redisProxy' | 'apiProxy' | 'tokenProxy',
  faultOf: (event: FaultEvent) => NetworkFault,
): Inflict {
  return async ({ stage, wait }, event) => {
    const struck: FaultProxy = stage[proxy];
    await struck.inflict(faultOf(event));
    await wait(event.lastsMs);
    await struck.heal();
  };
}

/**
 * The tokens granted so far are worth nothing from the fault's first moments on, or it would strike
 * nobody.
 */
function whileNeeded(inflict: Inflict): Inflict {
  return async (scene, event) => {
    await Promise.all([inflict(scene, event), scene.stage.provider.revokeTokens()]);
  };
}

function storm(
  endpoint: 'outbound' | 'token',
  actionOf: (event: FaultEvent) => ScriptRule['do'],
): Inflict {
  return async ({ stage, wait }, event) => {
    await stage.provider.storm(endpoint, actionOf(event));
    await wait(event.lastsMs);
    await stage.provider.storm(endpoint, undefined);
  };
}
