// What operations work with

export { type Actor, Context, type ContextConfig, NoSuchCampaignError } from './context.ts';

export { explainingErrors } from './explaining-errors.ts';

// Who may use the HTTP API

export {
  type AccessRequest,
  type AddedAccess,
  addAccess,
  listAccess,
  removeAccess,
} from './access/access.ts';
export { accessJson } from './access/access-json.ts';

// What was decided, and by whom

export { auditJson } from './audit/audit-json.ts';
export { type DecisionToKeep, decide } from './audit/decide.ts';
export { type AuditRequest, listAudit } from './audit/list-audit.ts';

// Campaigns

export { archiveCampaign } from './campaigns/archive-campaign.ts';
export { type CampaignChange, campaignAsWritten } from './campaigns/campaign-changes.ts';
export {
  type CampaignPage,
  type CampaignPageRequest,
  campaignPage,
} from './campaigns/campaign-page.ts';
export {
  type ControlledCampaign,
  type ControlOptions,
  controlCampaigns,
} from './campaigns/control-campaigns.ts';
export {
  type ArchivedCampaign,
  type CampaignDefinition,
  campaignDefinition,
  campaignInFull,
  type ListedCampaign,
  listArchivedCampaigns,
  listCampaigns,
} from './campaigns/list-campaigns.ts';
export { previewCampaign, putCampaign, type StoredAs } from './campaigns/put-campaign.ts';

// Load a list, or see what that would do

export { type Understanding, understandList } from '@libby-dialer/call-list';

export { BatchWindow } from './load/batch-window.ts';
export { DryRun, type Known } from './load/dry-run.ts';
export {
  type DryRunTotals,
  type Estimate,
  type Opening,
  zonesText,
} from './load/dry-run-totals.ts';
export { givenReading } from './load/given-reading.ts';
export { type LoadCounts, noRows } from './load/list-loader.ts';
export type { ProgressView } from './load/list-progress.ts';
export { loadJson, totalsJson } from './load/load-json.ts';
export { type ListLoad, type LoadedList, loadList } from './load/load-list.ts';
export {
  anotherListMessage,
  type StoredCampaignChange,
  storedCampaignChange,
} from './load/load-refusals.ts';
export { type DryRunRequest, type OpenDryRun, openDryRun } from './load/open-dry-run.ts';
export {
  CALLS_UNASKED,
  callsAtOnce,
  type LoadPlan,
  notMeantError,
  type PlanRequest,
  planLoad,
} from './load/plan-load.ts';
export type { RowFate, RowForesight } from './load/row-foresight.ts';
export type { Unplaceable } from './load/unplaceable-rows.ts';

// Calls

export type { CallQuestion, DoubtDecision } from '@libby-dialer/dial-queue';
export { type CallPage, type CallPageRequest, callPage } from './calls/call-page.ts';
export type { CallStep } from './calls/call-timeline.ts';
export {
  type CallInFull,
  type FoundCallInFull,
  type FoundCallsInFull,
  findCall,
  findCalls,
} from './calls/find-calls.ts';
export {
  type ResolvedCall,
  resolveUnknownCall,
  resolveUnknownCalls,
  type UnknownCallDecision,
  UnknownCallRefused,
  type UnknownCallWord,
} from './calls/resolve-unknown-calls.ts';
export { retryCalls } from './calls/retry-calls.ts';
export {
  type ListedSetAsideJob,
  listSetAsideJobs,
  type ResolvedSetAsideJobs,
  resolveSetAsideJobs,
  type SetAsideDecision,
} from './calls/set-aside-jobs.ts';
export { setAsideJson } from './calls/set-aside-json.ts';
export {
  listUnknownCalls,
  type UnknownCall,
  type UnknownCallPage,
  type UnknownCallPageRequest,
  unknownCallPage,
} from './calls/unknown-calls.ts';

// What became of calls

export type { ListFormat } from '@libby-dialer/call-list';
export {
  type JoinCounts,
  type ListJoin,
  type OpenJoin,
  openJoin,
} from './results/join-list.ts';
export { ROW_WORDS, type RowFinding, type RowWord } from './results/joined-columns.ts';
export { type OpenResults, openResults, type ResultsRequest } from './results/open-results.ts';
export { RESULTS_HEADING, resultToCsv } from './results/results-csv.ts';
export {
  noteExport,
  type ResultsPage,
  type ResultsPageRequest,
  resultsPage,
} from './results/results-page.ts';

// Where dialing is stopped

export { holdJson } from './holds/hold-json.ts';
export { addHold, listHolds, releaseHold, type StandingHolds } from './holds/holds.ts';

// How far campaigns are

export { BACKLOG_HOURS, type Backlog, type ZoneBacklog } from './status/backlog.ts';
export type { CampaignView, Rate } from './status/campaign-view.ts';
export { type IdleSentence, idleSentences } from './status/idle-sentences.ts';
export type { End, Outlook } from './status/outlook.ts';
export { type Overview, OverviewWatch } from './status/overview-watch.ts';
export { placedSteps } from './status/placed-steps.ts';
export { statusJson } from './status/status-json.ts';
export { StatusWatch } from './status/status-watch.ts';

// People

export {
  CHECKED_NUMBERS_HEADING,
  type CheckedNumberRow,
  checkedNumberToCsv,
  checkNumberList,
  type NumberListCounts,
} from './people/check-number-list.ts';
export {
  areSuppressed,
  type DoNotCallStatus,
  doNotCallStatus,
  latestDoNotCallChange,
  suppressNumbers,
  unsuppressNumbers,
  type WaitOptions,
} from './people/do-not-call.ts';
export {
  doNotCallChangeJson,
  doNotCallChanges,
  type ListedChange,
} from './people/do-not-call-changes.ts';
export { type ErasedPerson, erasePerson, surveyPerson } from './people/erase-person.ts';
export { type ImportedNumbers, importNumbers, type NumberImport } from './people/import-numbers.ts';
export type { ImportCounts } from './people/number-importer.ts';
export { readCountry, readNumber, readNumbers } from './people/read-number.ts';

// Lists that are called again and again

export { ListLookout } from './schedules/list-lookout.ts';
export { planRun, type RunPlan } from './schedules/plan-run.ts';
export { type CarryEnd, RunCarrier } from './schedules/run-carrier.ts';
export { type RunRequest, runSchedule, type ScheduleRunEnd } from './schedules/run-schedule.ts';
export { scheduleInFullJson, scheduleJson } from './schedules/schedule-json.ts';
export {
  type AddedSchedule,
  addSchedule,
  listSchedules,
  previewSchedule,
  type RunView,
  readSchedule,
  removeSchedule,
  type ScheduleView,
  scheduleCampaign,
} from './schedules/schedules.ts';

// Calls that other services push

export {
  type InboxEntryReport,
  type InboxReport,
  inboxEntry,
  inboxStatus,
  rejectedEntries,
} from './inbox/inbox.ts';
export { entryJson, rejectedJson } from './inbox/inbox-json.ts';
export { CallPush, type PushedCall, type PushRequest } from './intake/call-push.ts';
export { type FedCampaign, FedCampaigns } from './intake/fed-campaigns.ts';
export {
  type CheckedRecord,
  INBOX_REJECT_CODES,
  type RecordProblem,
} from './intake/record-intake.ts';

// Results for other services

export {
  deadLetters,
  listForwarders,
  removeForwarder,
  retryDeadLetters,
} from './forwarding/forwarders.ts';

// Whether all is in order

export { type DoctorConfig, doctorConfig } from './doctor/doctor-config.ts';
export { examine } from './doctor/examine.ts';
export type { Finding } from './doctor/finding.ts';

// What it runs on

export { listWorkers, type Workers, workersJson } from './system/list-workers.ts';
export { type RedisFacts, redisFacts } from './system/redis-facts.ts';
