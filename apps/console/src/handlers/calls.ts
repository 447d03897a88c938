import { isoInstant } from '@libby-dialer/dialing';
import {
  type ApiParts,
  type ApiReceived,
  MOST_CALLS_PUSHED,
  type ResolvedCallJson,
} from '@libby-dialer/http-api';
import {
  type CallInFull,
  type CallQuestion,
  type Context,
  callPage,
  type DoubtDecision,
  findCall,
  findCalls,
  listSetAsideJobs,
  noteExport,
  openResults,
  RESULTS_HEADING,
  type ResolvedCall,
  resolveSetAsideJobs,
  resolveUnknownCalls,
  resultsPage,
  resultToCsv,
  setAsideJson,
  UnknownCallRefused,
  unknownCallPage,
} from '@libby-dialer/operations';
import { DialerError } from '@libby-dialer/runtime';
import type { Console } from '../console.ts';
import type { Exchange, Handlers } from '../http/handlers.ts';
import { textStream } from '../http/text-stream.ts';
import { numberIn } from './given-numbers.ts';

const BYTE_ORDER_MARK = '\uFEFF';

export function callHandlers({ context, push }: Console): Handlers<ApiParts['calls']> {
  return {
    'POST /campaigns/{id}/calls': async ({ params: { id }, headers, body }) => ({
      calls: await push.push({
        campaign: id,
        records: body,
        most: MOST_CALLS_PUSHED,
        idempotencyKey: headers['idempotency-key'],
      }),
    }),
    'GET /campaigns/{id}/calls': async ({ params: { id }, query }) => {
      const { cursor: after, ...request } = query;
      const { calls, next } = await callPage(context, id, { after, ...request });
      return { calls: [...calls], nextCursor: next ?? null };
    },
    'GET /campaigns/{id}/results': async ({ params: { id }, query }) => {
      const { cursor: after, ...request } = query;
      const { results, upTo, isLast } = await resultsPage(context, id, { after, ...request });
      return {
        results: [...results],
        cursor: upTo ?? null,
        nextCursor: isLast ? null : (upTo ?? null),
      };
    },
    'GET /campaigns/{id}/results.csv': async ({ params: { id }, query }, exchange) => {
      const heading = `${query.bom === 'true' ? BYTE_ORDER_MARK : ''}${RESULTS_HEADING}`;
      const request = { id, outcome: query.outcome, heading, lineOf: resultToCsv };
      return await exported(context, request, 'text/csv; charset=utf-8', exchange);
    },
    'GET /campaigns/{id}/results.ndjson': async ({ params: { id }, query }, exchange) => {
      const request = { id, outcome: query.outcome, heading: '', lineOf: toNdjson };
      return await exported(context, request, 'application/x-ndjson', exchange);
    },
    'POST /campaigns/{id}/results/exported': async ({ params: { id }, body: { cursor } }) => {
      await noteExport(context, id, cursor);
      return undefined;
    },
    'POST /calls/find': async ({ body }) => {
      const { calls, unnamed, ...rest } = await findCalls(context, questionOf(body));
      return { calls: calls.map(inFull), unnamed: [...unnamed], ...rest };
    },
    'GET /calls/{callId}': async ({ params: { callId }, query: { campaign } }) =>
      inFull(await findCall(context, callId, campaign)),
    'GET /in-doubt': async ({ query: { campaign, cursor: after, limit } }) => {
      const { calls, counts, next } = await unknownCallPage(context, { campaign, after, limit });
      return {
        calls: calls.map(({ zones, ...call }) => ({ ...call, zones: [...zones] })),
        counts: [...counts].map(([id, inDoubt]) => ({ campaign: id, inDoubt })),
        nextCursor: next ?? null,
      };
    },
    'POST /in-doubt/resolve': async ({ body: { callIds, ...word } }, { asCaller }) => {
      const ends = await resolveUnknownCalls(asCaller, callIds, word);
      return { calls: [...ends].map(([callId, end]) => resolvedJson(callId, end)) };
    },
    'GET /set-aside': async ({ query: { campaign } }) => ({
      jobs: (await listSetAsideJobs(context, campaign)).map(setAsideJson),
    }),
    'POST /set-aside/resolve': async ({ body: { campaign, jobs, as } }, { asCaller }) => {
      const { done, refusal } = await resolveSetAsideJobs(asCaller, campaign, jobs, as);
      const refused = refusal && { code: refusal.code, reason: refusal.message };
      return { done, refused: refused ?? null };
    },
  };
}

function toNdjson(record: object): string {
  return `${JSON.stringify(record)}\n`;
}

interface Export {
  readonly id: string;
  readonly outcome: Parameters<typeof openResults>[2]['outcome'];
  readonly heading: string;
  readonly lineOf: (record: Parameters<typeof resultToCsv>[0]) => string;
}

async function exported(
  context: Context,
  { id, outcome, heading, lineOf }: Export,
  contentType: string,
  { signal, headers, shown }: Exchange,
): Promise<Response> {
  const { records, upTo } = await openResults(context, id, { outcome, signal });
  headers.set('content-type', contentType);
  // Only some of them: by these nothing before is kept elsewhere.
  if (upTo !== undefined && outcome === undefined) headers.set('results-cursor', upTo);
  return new Response(textStream(heading, records, (record) => lineOf(shown(record))));
}

function resolvedJson(callId: string, end: ResolvedCall | DialerError): ResolvedCallJson {
  if (end instanceof DialerError) {
    const decided = end instanceof UnknownCallRefused ? end.decided : undefined;
    const { code, message: reason } = end;
    return { callId, status: 'refused', code, reason, ...decidedJson(decided) };
  }
  const { kind: status, campaign } = end;
  return status === 'redial'
    ? { callId, status, campaign, redialAt: isoInstant(end.redialAt) }
    : { callId, status, campaign, ...decidedJson(end.before) };
}

function decidedJson(decided: DoubtDecision | undefined) {
  return decided && { decided: { ...decided, at: isoInstant(decided.at) } };
}

type Asked = ApiReceived<'POST /calls/find'>['body'];

function questionOf({ number, country, externalId, callId }: Asked): CallQuestion {
  if (number !== undefined) return { kind: 'phone', text: numberIn({ number, country }) };
  if (externalId !== undefined) return { kind: 'externalId', text: externalId };
  return { kind: 'callId', text: callId ?? '' };
}

function inFull<Call extends CallInFull>({ timeline, ...call }: Call) {
  return { ...call, timeline: [...timeline] };
}
