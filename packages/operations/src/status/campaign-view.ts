import type { CampaignStatus, IdleReason } from '@libby-dialer/dial-queue';
import type { RateLimit } from '@libby-dialer/dialing';
import type { Outlook } from './outlook.ts';

/** Calls settled per second; undefined where nobody has watched for long enough. */
export interface Rate {
  readonly lastSeconds: number | undefined;
  readonly lastMinute: number | undefined;
}

/** One campaign at one instant, and what is to be expected of it. */
export interface CampaignView {
  readonly status: CampaignStatus;
  readonly outlook: Outlook;
  readonly rate: Rate;
  readonly idle: IdleReason;
  /** The pace by its own limits; undefined: as fast as the workers go. */
  readonly limit?: RateLimit | undefined;
  /** Given while Redis refuses to write: a sentence on why, and what to do. */
  readonly refusal?: string | undefined;
  /** How far Redis's clock is ahead of this machine's. */
  readonly redisAheadMs?: number;
  /** Epoch ms of Redis's clock. */
  readonly now: number;
}
