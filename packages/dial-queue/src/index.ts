// Campaigns

// Calls
export { CallHistory, type HistoryQuestion } from './call-history.ts';
export {
  callOf,
  type IdentifiedCall,
  type QueuedJob,
  REFUSALS,
  type Refusal,
  readCall,
  readData,
} from './call-job.ts';
export { CallLoader, type LoadVerdict } from './call-loader.ts';
export { CallReopener } from './call-reopener.ts';
export {
  type ArchiveAnswer,
  type ArchiveOptions,
  CampaignArchive,
  type Exports,
} from './campaign-archive.ts';
export {
  CampaignArchivedError,
  CampaignCanceledError,
  CampaignUnsupportedError,
} from './campaign-closed.ts';
export { type CampaignState, type CampaignStatus, StatusReader } from './campaign-status.ts';
export {
  CampaignStore,
  type ListHead,
  type PutAnswer,
  type RegistryView,
  type StoredCampaign,
} from './campaign-store.ts';
export { CampaignControl, type ControlAction } from './control.ts';
// People not to be called
export { type DoNotCallChange, DoNotCallList } from './do-not-call.ts';
// Calls that may have rung
export {
  type Decider,
  DoubtDesk,
  type DoubtfulCall,
  type RedialResolution,
  type Resolution,
} from './doubt-desk.ts';
// A person's data
export { eraseHead } from './erased-record.ts';
export {
  CallInFlightError,
  ERASED_PERSON,
  type EraseOptions,
  Eraser,
  type Erasure,
  ErasureIncompleteError,
  type Survey,
} from './eraser.ts';
// The ledger
export { type Comparison, Evidence, type RememberedCall } from './evidence.ts';
// Results for other services
export {
  type ForwardedResult,
  ForwardQueue,
  type ForwardQueueOptions,
} from './forwarding/forward-queue.ts';
export { type DeadLetter, type ForwarderState, Forwarders } from './forwarding/forwarders.ts';
export {
  type Claim,
  type ClaimedPlaces,
  type ClaimRequest,
  type ClaimTimes,
  Gate,
  type GateAnswer,
  type Limits,
  type LostClaim,
  type ProbeResult,
  type ReleaseAnswer,
  type ReleaseRequest,
  type SettleAnswer,
  type SettleRequest,
  type TroubleRun,
  type Uncompared,
  type WaitFor,
} from './gate.ts';
export { type Hold, type HoldCause, type HoldChange, type HoldRequest, Holds } from './hold.ts';
export { Identity, isCallId, type Person, personBuckets } from './identity.ts';
// Calls that other services push
export {
  type EndedEntry,
  InboxConsumer,
  type InboxEntry,
  type InboxReject,
} from './inbox/inbox-consumer.ts';
export type { InboxFate } from './inbox/inbox-fate.ts';
export {
  type CallProgress,
  type InboxMember,
  type InboxStatus,
  InboxView,
  type RejectedEntry,
} from './inbox/inbox-view.ts';
// Redis
export { Keys } from './keys.ts';
export { type CallPreview, LoadPreview } from './load-preview.ts';
export { ParkedCalls } from './parked-calls.ts';
export { PendingSample } from './pending-sample.ts';
export { openQueue } from './queues.ts';
export type { RedisConnection } from './redis-connection.ts';
// What became of them
export { type ReadOptions, Results } from './results.ts';
// Lists that are called again and again
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
export {
  hasCalls,
  type Lease,
  type RunChange,
  type RunState,
  type ScheduleRun,
  ScheduleStore,
  type TakeAnswer,
  tooLate,
} from './schedules/schedule-store.ts';
export { ScheduleTriggers, TriggerListener } from './schedules/schedule-triggers.ts';
// Jobs that are not taken for calls
export { type SetAsideAnswer, type SetAsideJob, SetAsideJobs } from './set-aside-jobs.ts';
// Why nothing goes out
export { type Standstill, StandstillReader } from './standstill.ts';
export { WaitingJobs } from './waiting-jobs.ts';
