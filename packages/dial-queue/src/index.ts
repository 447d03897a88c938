// Campaigns

export { CallLoader, type LoadVerdict } from './calls/call-loader.ts';
export { CallReopener } from './calls/call-reopener.ts';
export { type CallPreview, LoadPreview } from './calls/load-preview.ts';
// Calls that may have rung
export {
  type Decider,
  type DoubtfulCall,
  type RedialResolution,
  type Resolution,
  UnknownCalls,
} from './calls/unknown-calls.ts';
export {
  type ArchiveAnswer,
  type ArchiveOptions,
  CampaignArchive,
  type Exports,
} from './campaigns/campaign-archive.ts';
export {
  CampaignArchivedError,
  CampaignCanceledError,
  CampaignUnsupportedError,
} from './campaigns/campaign-closed.ts';
export { CampaignControl, type ControlAction } from './campaigns/campaign-control.ts';
export {
  type CampaignState,
  type CampaignStatus,
  StatusReader,
} from './campaigns/campaign-status.ts';
export {
  CampaignStore,
  type ListHead,
  type PutAnswer,
  type RegistryView,
  type StoredCampaign,
} from './campaigns/campaign-store.ts';
// Why nothing goes out
export { type IdleReason, IdleReasons } from './campaigns/idle-reasons.ts';
// Results for other services
export {
  type ForwardedResult,
  ForwardQueue,
  type ForwardQueueOptions,
} from './forwarding/forward-queue.ts';
export { type DeadLetter, type ForwarderState, Forwarders } from './forwarding/forwarders.ts';
export type { Claim, ClaimedPlaces, LostClaim } from './gate/claim.ts';
// The ledger
export { type Comparison, Evidence, type RememberedCall } from './gate/evidence.ts';
export {
  type ClaimRequest,
  type ClaimTimes,
  Gate,
  type GateAnswer,
  type Limits,
  type ProbeResult,
  type ReleaseAnswer,
  type ReleaseRequest,
  type SettleAnswer,
  type SettleRequest,
  type TroubleRun,
  type Uncompared,
  type WaitFor,
} from './gate/gate.ts';
export {
  type Hold,
  type HoldCause,
  type HoldChange,
  type HoldRequest,
  Holds,
} from './holds/holds.ts';
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
export {
  callOf,
  type IdentifiedCall,
  type QueuedJob,
  REFUSALS,
  type Refusal,
  readCall,
  readData,
} from './jobs/call-job.ts';
export { ParkedCalls } from './jobs/parked-calls.ts';
export { PendingSample } from './jobs/pending-sample.ts';
export { openQueue } from './jobs/queues.ts';
// Jobs that are not taken for calls
export { type SetAsideAnswer, type SetAsideJob, SetAsideJobs } from './jobs/set-aside-jobs.ts';
export { WaitingJobs } from './jobs/waiting-jobs.ts';
// Calls
export { CallHistory, type HistoryQuestion } from './people/call-history.ts';
// People not to be called
export { type DoNotCallChange, DoNotCallList } from './people/do-not-call-list.ts';
// A person's data
export { eraseHead } from './people/erased-record.ts';
export {
  CallInFlightError,
  ERASED_PERSON,
  type EraseOptions,
  Eraser,
  type Erasure,
  ErasureIncompleteError,
  type Survey,
} from './people/eraser.ts';
export { Identity, isCallId, type Person, personBuckets } from './people/identity.ts';
// Redis
export { Keys } from './redis/keys.ts';
export type { RedisConnection } from './redis/redis-connection.ts';
// What became of them
export { type ReadOptions, Results } from './results/results.ts';
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
