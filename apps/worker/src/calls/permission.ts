import type { Claim } from '@libby-dialer/dial-queue';
import { isoInstant, type Permission } from '@libby-dialer/dialing';
import type { CallRun } from './call-run.ts';

/** What the gate noted in a claim of why it let the call out. */
export type Grant = Pick<Claim, 'claimedAt' | 'doNotCall' | 'placed'>;

/** By which rules a call was let out, as its result tells. */
export function permissionOf(run: CallRun, granted: Grant): Permission {
  const { rules } = run;
  const caps = rules.caps.map((cap, index) => ({ ...cap, placed: granted.placed?.[index] ?? 0 }));
  return {
    ...hoursOf(run, granted.claimedAt),
    doNotCall: granted.doNotCall,
    ...(caps.length === 0 ? {} : { caps }),
  };
}

function hoursOf({ context, rules }: CallRun, at: number): Partial<Permission> {
  if (context.campaign.callingWindow === 'anytime') return {};
  const span = context.hours.openSpan(rules, at);
  return {
    ...(span === undefined
      ? {}
      : { opensAt: isoInstant(span.opensAt), closesAt: isoInstant(span.closesAt) }),
    zones: [...rules.zones],
    zoneSource: rules.source,
    ...(rules.regional.length === 0 ? {} : { regions: rules.regional.map(({ region }) => region) }),
  };
}
