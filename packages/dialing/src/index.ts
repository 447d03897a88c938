export {
  type CallRecord,
  type CallRecordInput,
  callRecordSchema,
  isClock,
  RECORD_FIELDS,
  type RecordField,
} from '@libby-dialer/call-record';
export { AUDIT_ACTIONS, type AuditAction } from './audit-actions.ts';
export { backoffMs, retryDelayMs } from './backoff.ts';
export { type CallSource, callSource } from './call-source.ts';
export {
  CallGroups,
  type CallTime,
  CallTimes,
  earliestAt,
  isHopeless,
  type ZonedGroup,
} from './call-times.ts';
export { recipientZones, type ZoneSource, zonesFor } from './call-zones.ts';
export {
  type CallingWindow,
  type Campaign,
  type CampaignVerdict,
  campaignSchema,
  conversationMs,
  type DedupeBy,
  MAX_PHONE_COLUMNS,
  parseCampaign,
  plainIssue,
  plainIssues,
  TEXT_FIELDS,
} from './campaign.ts';
export { CAMPAIGN_STATES, type CampaignState } from './campaign-state.ts';
export {
  type Canary,
  type CanaryProgress,
  canaryOf,
  isCanaryOutOfReach,
  MOST_CANARY_CALLS,
} from './canary.ts';
export { NO_STRICTER_RULE } from './checked-regions.ts';
export { readCountryText } from './country-text.ts';
export { type Circumstances, type Decision, decide, type Sighting } from './decide.ts';
export { dedupeKey } from './dedupe-key.ts';
export {
  ASSUMED_ANSWER_SECONDS,
  type CallGroup,
  callsLeft,
  type Forecast,
  type ForecastRequest,
  forecast,
  type RateLimit,
  rateLimitOf,
} from './forecast.ts';
export {
  HOLD_PAUSES,
  type HoldReason,
  type HoldScope,
  RUN_THRESHOLDS,
  type StoppedScope,
  scopeKind,
  stoppedScopeSchema,
} from './hold.ts';
export { instantOrNull, isoInstant } from './instant.ts';
export type { OpenSpan, WeeklyHours } from './open-span.ts';
export {
  OUTCOMES,
  type Outcome,
  REASONS,
  RETRYABLE_OUTCOMES,
  type Reason,
  type RetryableOutcome,
} from './outcome.ts';
export { type Payload, payloadFor } from './payload.ts';
export {
  type CountryCode,
  callingCodeOf,
  isCountryCode,
  isFictional,
  type PhoneVerdict,
  parsePhoneNumber,
} from './phone.ts';
export { findCountries } from './phone-plan.ts';
export {
  type FormHeading,
  formEntries,
  headingText,
  type QueuedCall,
  queuedCallSchema,
} from './queued-call.ts';
export { type CallRules, RecipientHours } from './recipient-hours.ts';
export { type Region, regionsOf } from './region.ts';
export { type FrequencyCap, REGIONAL_RULES, type RegionalRule } from './regional-rules.ts';
export {
  type Permission,
  RESULT_COLUMNS,
  type ResultRecord,
  resultRecordSchema,
} from './result-record.ts';
export { ROLES, type Role } from './role.ts';
export { CronCalendar, type CronTime } from './schedules/cron-calendar.ts';
export {
  campaignIdOf,
  campaignOf,
  checkSchedule,
  listPathOf,
  type Schedule,
  ScheduleCalendar,
  ScheduleError,
  type ScheduleSettings,
} from './schedules/schedule.ts';
export { readStoredCampaign } from './stored-campaign.ts';
export { fillTemplate, placeholdersOf, variableKey } from './template.ts';
export { readZoneText } from './zone-text.ts';
export { zonesOf } from './zones.ts';
