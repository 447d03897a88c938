// The contract

export {
  type Api,
  type ApiAnswer,
  type ApiParts,
  type ApiReceived,
  type ApiRequest,
  type ApiRoute,
  api,
  BASE_PATH,
} from './api.ts';
export { openApiDocument } from './openapi.ts';
export { type PersonalKind, personalKind } from './personal.ts';
export { type Problem, problemSchema } from './problem.ts';
export { type LeastRole, mayUse, seesPeople } from './role.ts';
export {
  type AnswerStatus,
  type Method,
  type Route,
  type RouteName,
  type Routes,
  STREAMED_TYPES,
  type StreamedType,
} from './route.ts';

// What answers hold

export type { AuditAction, Role } from '@libby-dialer/dialing';
export {
  type CallInDoubt,
  type CallJson,
  type DecisionOnDoubt,
  type FoundCallJson,
  MOST_CALLS_PUSHED,
  type ResolvedCallJson,
} from './routes/calls.ts';
export { type CampaignStatusJson, campaignStatusSchema } from './routes/campaigns.ts';
export type { Hold } from './routes/holds.ts';
export type { ListJson, UnderstoodListJson, UploadJson } from './routes/lists.ts';
export type { DoNotCallChangeJson } from './routes/people.ts';
export type { ScheduleJson } from './routes/schedules.ts';
export {
  type AuditEntryJson,
  type Snapshot,
  snapshotSchema,
  type WorkerJson,
} from './routes/system.ts';
