// The front door. A heading with an empty line below keeps its exports together when they are
// sorted.

export { DialQueue, type DialQueueOptions } from './dial-queue.ts';
export { Keys } from './redis/keys.ts';
export type { RedisConnection } from './redis/redis-connection.ts';

// Campaigns

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
export { type IdleReason, IdleReasons } from './campaigns/idle-reasons.ts';

// Calls into the queue

export { CallLoader, type LoadVerdict } from './calls/call-loader.ts';
export { CallReopener } from './calls/call-reopener.ts';
export { type CallPreview, LoadPreview } from './calls/load-preview.ts';

// Jobs in the queue

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
export { type SetAsideAnswer, type SetAsideJob, SetAsideJobs } from './jobs/set-aside-jobs.ts';
export { WaitingJobs } from './jobs/waiting-jobs.ts';

// The gate and the ledger

export type { Claim, ClaimedPlaces, LostClaim } from './gate/claim.ts';
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

// Holds

export {
  type Hold,
  type HoldCause,
  type HoldChange,
  type HoldRequest,
  Holds,
} from './holds/holds.ts';

// Calls that may have rung

export {
  type Decider,
  type DoubtfulCall,
  type RedialResolution,
  type Resolution,
  UnknownCalls,
} from './calls/unknown-calls.ts';

// People

export { CallHistory, type HistoryQuestion } from './people/call-history.ts';
export { type DoNotCallChange, DoNotCallList } from './people/do-not-call-list.ts';
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

// Results, and who gets them

export {
  type ForwardedResult,
  ForwardQueue,
  type ForwardQueueOptions,
} from './forwarding/forward-queue.ts';
export { type DeadLetter, type ForwarderState, Forwarders } from './forwarding/forwarders.ts';
export { type ReadOptions, Results } from './results/results.ts';

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

// Schedules

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
