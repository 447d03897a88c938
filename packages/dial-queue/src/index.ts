// The front door. A heading with an empty line below keeps its exports together when they are
// sorted.

export { DialQueue, type DialQueueOptions } from './dial-queue.ts';
export { Keys } from './redis/keys.ts';
export { stepsOf } from './redis/paging.ts';
export type { RedisConnection } from './redis/redis-connection.ts';

// Who may use the HTTP API

export type { Access, AccessStore } from './access/access-store.ts';
export type { LogInAttempts } from './access/log-in-attempts.ts';

// What was decided

export type {
  AuditDetails,
  AuditEntry,
  AuditPage,
  AuditQuery,
  AuditTrail,
  Decision,
  DecisionEnd,
} from './audit/audit-trail.ts';

// Campaigns

export type {
  ArchiveAnswer,
  ArchiveOptions,
  CampaignArchive,
  Exports,
} from './campaigns/campaign-archive.ts';
export {
  CampaignArchivedError,
  CampaignCanceledError,
  CampaignChangedError,
  CampaignUnsupportedError,
} from './campaigns/campaign-closed.ts';
export type { CampaignControl, ControlAction } from './campaigns/campaign-control.ts';
export type { CampaignStatus, StatusReader } from './campaigns/campaign-status.ts';
export type {
  CampaignStore,
  ListHead,
  PutAnswer,
  RegistryView,
  StoredCampaign,
} from './campaigns/campaign-store.ts';
export type { IdleReason, IdleReasons } from './campaigns/idle-reasons.ts';
export type { PlacedCalls, PlacedStep } from './campaigns/placed-calls.ts';

// Calls into the queue

export type { CallLoader, LoadVerdict } from './calls/call-loader.ts';
export type {
  CallQuestion,
  CallRecord,
  CallRecords,
  FoundCall,
  FoundCalls,
  StoredResult,
} from './calls/call-records.ts';
export type { CallReopener } from './calls/call-reopener.ts';
export type { CallState, CallStates } from './calls/call-states.ts';
export type { CallPreview } from './calls/load-preview.ts';

// Jobs in the queue

export {
  callOf,
  type IdentifiedCall,
  type QueuedJob,
  type Refusal,
  readCall,
} from './jobs/call-job.ts';
export type { CompletedJob, JobInHand } from './jobs/job-completion.ts';
export type { OpenCall, OpenCalls } from './jobs/open-calls.ts';
export type { ParkedCalls } from './jobs/parked-calls.ts';
export type { PendingSample } from './jobs/pending-sample.ts';
export type { SetAsideAnswer, SetAsideJob, SetAsideJobs } from './jobs/set-aside-jobs.ts';

// The gate and the ledger

export type { Comparison, Evidence, RememberedCall } from './evidence/evidence.ts';
export type { Claim, ClaimedPlaces } from './gate/claim.ts';
export { Gate } from './gate/gate.ts';
export type {
  ClaimRequest,
  ClaimTimes,
  GateAnswer,
  Limits,
  ProbeResult,
  ReleaseAnswer,
  ReleaseRequest,
  SettleAnswer,
  SettleRequest,
  TroubleRun,
  Uncompared,
  WaitFor,
} from './gate/questions.ts';

// Holds

export type { Canaries, CanaryOpening } from './holds/canaries.ts';
export type {
  Hold,
  HoldCause,
  HoldChange,
  HoldRequest,
  Holds,
} from './holds/holds.ts';

// Calls that may have rung

export type {
  DoubtfulCall,
  RedialResolution,
  Resolution,
  UnknownCalls,
} from './calls/unknown-calls.ts';
export type { DoubtDecision } from './gate/ledger-entry.ts';

// People

export type { HistoryQuestion } from './people/call-history.ts';
export type { DoNotCallList } from './people/do-not-call-list.ts';
export { eraseHead } from './people/erased-record.ts';
export {
  CallInFlightError,
  ERASED_PERSON,
  type EraseOptions,
  type Eraser,
  type Erasure,
  ErasureIncompleteError,
  type Survey,
} from './people/eraser.ts';
export { Identity, isCallId, type Person, personBuckets } from './people/identity.ts';

// Results, and who gets them

export type {
  ForwardedResult,
  ForwardQueue,
  ForwardQueueOptions,
} from './forwarding/forward-queue.ts';
export type { DeadLetter, Delivery, ForwarderState, Forwarders } from './forwarding/forwarders.ts';
export { openRecord } from './results/open-record.ts';
export type { ReadOptions, Results } from './results/results.ts';

// Calls that other services push

export type { EntryStatus } from './inbox/entry-status.ts';
export type { EndedEntry, InboxConsumer, InboxEntry, InboxReject } from './inbox/inbox-consumer.ts';
export type {
  CallProgress,
  InboxMember,
  InboxStatus,
  RejectedEntry,
  RejectedPage,
} from './inbox/inbox-view.ts';

// Schedules

export {
  hasCalls,
  type Lease,
  type RunChange,
  type RunState,
  type ScheduleRun,
  type ScheduleStore,
  type TakeAnswer,
  tooLate,
} from './schedules/schedule-store.ts';
export type { ScheduleTriggers, TriggerListener } from './schedules/schedule-triggers.ts';

// Workers

export type { NotedWorker, WorkerNote, WorkerNotes } from './workers/worker-notes.ts';
