import { Readable } from 'node:stream';
import { type Campaign, isoInstant } from '@libby-dialer/dialing';
import type { ApiParts, ApiReceived } from '@libby-dialer/http-api';
import {
  addSchedule,
  type Context,
  callsAtOnce,
  givenReading,
  type LoadPlan,
  listSchedules,
  planRun,
  previewSchedule,
  type RunPlan,
  readSchedule,
  removeSchedule,
  runSchedule,
  type ScheduleRunEnd,
  scheduleCampaign,
  scheduleInFullJson,
  scheduleJson,
} from '@libby-dialer/operations';
import { DialerError } from '@libby-dialer/runtime';
import type { Console } from '../console.ts';
import type { Handlers } from '../http/handlers.ts';
import { askedCanary, meantCampaign } from './given-campaign.ts';

export function scheduleHandlers({ context, logger }: Console): Handlers<ApiParts['schedules']> {
  return {
    'GET /schedules': async ({ query }) => {
      const now = await context.now();
      const views = await listSchedules(context, query);
      return { schedules: views.map(scheduleJson), at: isoInstant(now) };
    },
    'GET /schedules/{name}': async ({ params: { name }, query }, { headers }) => {
      const now = await context.now();
      const { edition, ...json } = scheduleInFullJson(await readSchedule(context, name, query));
      const etag = `"${edition}"`;
      headers.set('etag', etag);
      return { ...json, etag, at: isoInstant(now) };
    },
    'PUT /schedules/{name}': async (
      { params: { name }, query: { dryRun }, headers, body },
      { asCaller },
    ) => {
      const campaign = await campaignFor(context, name, body);
      const canary = askedCanary(body.canary);
      const settings = { ...givenReading(body), name, campaign, canary };
      const added =
        dryRun === 'true'
          ? await previewSchedule(asCaller, settings)
          : await addSchedule(asCaller, settings, editionMeant(headers));
      const { answer: kind, changes, schedule, next } = added;
      return { kind, changes: [...changes], schedule: scheduleJson({ schedule, next, last: [] }) };
    },
    'DELETE /schedules/{name}': async ({ params: { name } }, { asCaller }) => {
      await removeSchedule(asCaller, name);
      return undefined;
    },
    'GET /schedules/{name}/runs/{local}': async ({ params: { name, local } }, { signal }) =>
      planJson(await planRun(context, name, { date: local, signal })),
    'POST /schedules/{name}/runs': async (
      { params: { name }, body: { date, early } },
      { asCaller, signal },
    ) => {
      const ended = await runSchedule(asCaller, name, {
        date,
        isEarlyMeant: async () => early,
        stdin: Readable.from([]),
        signal,
        warn: (sentence) => logger.warn(sentence),
      });
      return runJson(ended);
    },
  };
}

type Given = ApiReceived<'PUT /schedules/{name}'>['body'];

async function campaignFor(context: Context, name: string, { campaign }: Given): Promise<Campaign> {
  return campaign === undefined
    ? await scheduleCampaign(context, name)
    : await meantCampaign(context, campaign);
}

/** Which edition may be changed; undefined: any. */
function editionMeant({
  'if-match': match,
  'if-none-match': noneMatch,
}: ApiReceived<'PUT /schedules/{name}'>['headers']): string | undefined {
  if (noneMatch !== undefined) return '';
  return match === '*' ? undefined : match?.replaceAll('"', '');
}

function planJson({ run: { local, dueAt, campaign }, list, isEarly, load }: RunPlan) {
  return {
    local,
    dueAt: isoInstant(dueAt),
    campaign,
    list,
    isEarly,
    load: load === undefined ? null : loadJson(load),
  };
}

function loadJson(load: LoadPlan) {
  const { rows, queued, rejected } = load.counts;
  return { rows, queued, rejected, now: callsAtOnce(load), isWhole: load.isWhole };
}

function runJson({ run, schedule, end }: ScheduleRunEnd) {
  const { campaign, local } = run;
  if (end.kind === 'loaded')
    return { campaign, local, isLoadedAlready: false, counts: { ...end.loaded.counts } };
  if (end.kind === 'finished') return { campaign, local, isLoadedAlready: true, counts: null };
  if (end.kind === 'failed')
    throw end.error ?? new DialerError(end.reason, end.message, { kind: 'unprocessable' });
  const message = `Run ${local} of ${schedule.name} is being carried out by another process.`;
  throw new DialerError('run_taken', message, { kind: 'conflict' });
}
