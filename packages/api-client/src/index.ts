export type {
  ApiAnswer,
  ApiRequest,
  ApiRoute,
  CallJson,
  CampaignStatusJson,
  Hold,
  ListJson,
  Problem,
  Role,
  ScheduleJson,
  Snapshot,
} from '@libby-dialer/http-api';
export { ApiClient, type ApiClientOptions } from './api-client.ts';
export { ApiError } from './api-error.ts';
