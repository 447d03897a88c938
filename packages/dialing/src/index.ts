export {
  type CallRecord,
  type CallRecordInput,
  callRecordSchema,
  isClock,
  RECORD_FIELDS,
  type RecordField,
} from '@libby-dialer/call-record';
export { AUDIT_ACTIONS, type AuditAction } from './audit-actions.ts';
export { backoffMs, retryDelayMs } from './calls/backoff.ts';
export { type CallSource, callSource } from './calls/call-source.ts';
export { type Circumstances, type Decision, decide, type Sighting } from './calls/decide.ts';
export {
  HOLD_PAUSES,
  type HoldReason,
  type HoldScope,
  RUN_THRESHOLDS,
  type StoppedScope,
  scopeKind,
  stoppedScopeSchema,
} from './calls/hold.ts';
export {
  OUTCOMES,
  type Outcome,
  REASONS,
  RETRYABLE_OUTCOMES,
  type Reason,
  type RetryableOutcome,
} from './calls/outcome.ts';
export { type Payload, payloadFor } from './calls/payload.ts';
export {
  type FormHeading,
  formEntries,
  headingText,
  type QueuedCall,
  queuedCallSchema,
} from './calls/queued-call.ts';
export {
  type Permission,
  RESULT_COLUMNS,
  type ResultRecord,
  resultRecordSchema,
} from './calls/result-record.ts';
export { fillTemplate, placeholdersOf, variableKey } from './calls/template.ts';
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
} from './campaigns/campaign.ts';
export { CAMPAIGN_STATES, type CampaignState } from './campaigns/campaign-state.ts';
export {
  type Canary,
  type CanaryProgress,
  canaryOf,
  isCanaryOutOfReach,
  MOST_CANARY_CALLS,
} from './campaigns/canary.ts';
export { readStoredCampaign } from './campaigns/stored-campaign.ts';
export {
  CallGroups,
  type CallTime,
  CallTimes,
  earliestAt,
  isHopeless,
  type ZonedGroup,
} from './hours/call-times.ts';
export { NO_STRICTER_RULE } from './hours/checked-regions.ts';
export {
  ASSUMED_ANSWER_SECONDS,
  type CallGroup,
  callsLeft,
  type Forecast,
  type ForecastRequest,
  forecast,
  type RateLimit,
  rateLimitOf,
} from './hours/forecast.ts';
export type { OpenSpan, WeeklyHours } from './hours/open-span.ts';
export { type CallRules, RecipientHours } from './hours/recipient-hours.ts';
export { type FrequencyCap, REGIONAL_RULES, type RegionalRule } from './hours/regional-rules.ts';
export { instantOrNull, isoInstant } from './instant.ts';
export { readCountryText } from './numbers/country-text.ts';
export { dedupeKey } from './numbers/dedupe-key.ts';
export {
  type CountryCode,
  callingCodeOf,
  isCountryCode,
  isFictional,
  type PhoneVerdict,
  parsePhoneNumber,
} from './numbers/phone.ts';
export { findCountries } from './numbers/phone-plan.ts';
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
export { recipientZones, type ZoneSource, zonesFor } from './zones/call-zones.ts';
export { type Region, regionsOf } from './zones/region.ts';
export { readZoneText } from './zones/zone-text.ts';
export { zonesOf } from './zones/zones.ts';
