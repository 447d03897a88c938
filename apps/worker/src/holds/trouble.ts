import type { HoldRequest, ProbeResult, TroubleRun } from '@libby-dialer/dial-queue';
import {
  type Decision,
  HOLD_PAUSES,
  type HoldReason,
  type HoldScope,
  RUN_THRESHOLDS,
  scopeKind,
} from '@libby-dialer/dialing';
import type { TokenError } from '@libby-dialer/libby-client';

/** A hold to ask for, with the pauses its reason calls for. */
export function holdRequest(scope: HoldScope, reason: HoldReason, retryAfterMs = 0): HoldRequest {
  return { scope, reason, ...HOLD_PAUSES[reason], retryAfterMs };
}

/** No token can be had: nothing goes out until one can. */
export function tokenHold(error: TokenError): HoldRequest {
  return holdRequest('all', 'token_unavailable', Math.ceil(error.retryAfterMs ?? 0));
}

/** The run of trouble that a decision prolongs, if any. */
export function troubleRun(decision: Decision, campaign: string): TroubleRun | undefined {
  const kind = runKind(decision);
  if (kind === undefined) return undefined;
  const isOfCampaign = kind === 'rejections';
  return {
    name: isOfCampaign ? `rejections:${campaign}` : kind,
    threshold: RUN_THRESHOLDS[kind],
    hold: holdRequest(isOfCampaign ? `campaign:${campaign}` : 'all', kind),
  };
}

function runKind(decision: Decision): keyof typeof RUN_THRESHOLDS | undefined {
  if (decision.kind === 'retry') return 'unreachable';
  if (decision.kind !== 'settle') return undefined;
  return decision.outcome === 'exhausted' ? 'unreachable' : decision.run;
}

/** What a decision shows of each hold that the call was the probe of. */
export function probeResults(probes: readonly HoldScope[], decision: Decision): ProbeResult[] {
  return probes.map((scope) => ({ scope, verdict: probeVerdict(scope, decision) }));
}

function probeVerdict(scope: HoldScope, decision: Decision): ProbeResult['verdict'] {
  const kindOfScope = scopeKind(scope);
  switch (decision.kind) {
    case 'settle':
      if (decision.outcome === 'accepted') return 'close';
      if (decision.outcome === 'unknown') return 'grow';
      if (decision.outcome === 'exhausted') return kindOfScope === 'all' ? 'grow' : 'keep';
      if (decision.reason === 'agent_not_found' && kindOfScope === 'line') return 'grow';
      // The API works, as it judged the call. But a campaign whose calls are rejected is no better
      // for one more.
      return kindOfScope === 'campaign' ? 'grow' : 'close';
    case 'retry':
      return kindOfScope === 'all' ? 'grow' : 'keep';
    case 'hold':
      return decision.scope === kindOfScope ? 'grow' : 'keep';
    case 'renew':
    case 'put_back':
      return 'keep';
  }
}

/** Whether the end of a request shows that the API is there and answers. */
export function isAnswered(decision: Decision): boolean {
  if (decision.kind === 'settle')
    return decision.outcome === 'accepted' || decision.outcome === 'rejected';
  return decision.kind === 'hold' || decision.kind === 'renew';
}
