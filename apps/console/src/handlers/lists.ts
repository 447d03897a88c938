import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Campaign } from '@libby-dialer/dialing';
import type { ApiParts, ApiReceived, ListJson } from '@libby-dialer/http-api';
import {
  CHECKED_NUMBERS_HEADING,
  type CheckedNumberRow,
  type Context,
  callsAtOnce,
  checkedNumberToCsv,
  checkNumberList,
  explainingErrors,
  givenReading,
  importNumbers,
  type ListFormat,
  type ListJoin,
  loadJson,
  loadList,
  openJoin,
  planLoad,
  readCountry,
  totalsJson,
  understandList,
} from '@libby-dialer/operations';
import { sleep } from '@libby-dialer/runtime';
import type { Console } from '../console.ts';
import type { Handlers } from '../http/handlers.ts';
import { HttpProblem } from '../http/http-problem.ts';
import { keepRows, keepVerdicts, readVerdicts } from '../lists/list-verdicts.ts';
import {
  ListWork,
  type WorkHooks,
  type WorkKind,
  type WorkOrder,
  type WorkResult,
} from '../lists/list-work.ts';
import { backlogJson } from './backlog-json.ts';
import { askedCanary, checkedCampaign, meantCampaign } from './given-campaign.ts';
import { understoodJson } from './understood-json.ts';

/** Columns can be told before there is a campaign. */
const NO_CAMPAIGN = { id: 'none', fromPhoneNumber: '+15055550100' };

export function listHandlers(console: Console): Handlers<ApiParts['lists']> {
  const { context, lists } = console;
  const begin = workBeginner(console);
  return {
    'POST /lists': ({ query: { name }, body: content }, { caller, signal }) =>
      lists.add({ name, by: caller.name, content, signal }),
    'POST /uploads': ({ body: { name, bytes } }, { caller }) =>
      lists.beginUpload({ name, bytes, by: caller.name }),
    'GET /uploads/{list}': ({ params: { list } }) => lists.upload(list),
    'PUT /uploads/{list}': ({ params: { list }, query: { from }, body: content }, { signal }) =>
      lists.takePiece({ list, from, content, signal }),
    'GET /lists': async () => ({ lists: await lists.all() }),
    'GET /lists/{list}': ({ params: { list } }) => lists.one(list),
    'DELETE /lists/{list}': async ({ params: { list } }) => {
      await lists.remove(list);
      return undefined;
    },
    'POST /lists/{list}/understand': async ({ params: { list }, body }, { signal }) => {
      const { campaign, columns, ...reading } = body;
      const file = { ...givenReading(reading), ...(await lists.fileOf(list)) };
      const given = { ...file, stdin: nothing(), signal };
      if (campaign !== undefined)
        return understoodJson(await understandList(await meantCampaign(context, campaign), given));
      const { campaign: none } = checkedCampaign({ ...NO_CAMPAIGN, columns });
      return { ...understoodJson(await understandList(none, given)), calls: [], rejected: {} };
    },
    'POST /lists/{list}/check': async ({ params: { list }, query, body }, { caller }) => {
      const given = { ...givenReading(body), ...(await lists.fileOf(list)) };
      const campaign = await meantCampaign(context, body.campaign);
      const check = (hooks: WorkHooks) => checkResult(console, list, { ...given, campaign }, hooks);
      const order = { list, by: caller.name, campaign: campaign.id, ...query };
      return await begin('check', order, check);
    },
    'GET /lists/{list}/verdicts': async ({ params: { list }, query }) => {
      await lists.one(list);
      const { cursor = '0', limit, verdict } = query;
      if (!/^\d{1,9}$/.test(cursor))
        throw new HttpProblem(400, 'bad_cursor', 'The cursor is none of this list.');
      const page = { from: Number(cursor), limit, verdict };
      const { rows, next } = await readVerdicts(lists.verdictsOf(list), page);
      return { rows, nextCursor: next === undefined ? null : String(next) };
    },
    'POST /lists/{list}/load': async ({ params: { list }, query, body }, { caller, asCaller }) => {
      const given = { ...givenReading(body), ...(await lists.fileOf(list)) };
      const campaign = await meantCampaign(context, body.campaign);
      const rejects = lists.rejectsOf(list);
      const load = (hooks: WorkHooks) =>
        loadResult(asCaller, rejects, { ...given, campaign }, hooks);
      const order = { list, by: caller.name, campaign: campaign.id, ...query };
      return await begin('load', order, load);
    },
    'POST /lists/{list}/stop': async ({ params: { list } }) => {
      await lists.stop(list);
      return await lists.one(list);
    },
    'GET /lists/{list}/rejects': async ({ params: { list } }, { headers }) => {
      const { name } = await lists.fileOf(list);
      return await rejectsOf(lists.rejectsOf(list), name, headers);
    },
    'POST /lists/{list}/join': async ({ params: { list }, query, body }, { caller }) => {
      const { as: output, ...given } = { ...givenReading(body), ...(await lists.fileOf(list)) };
      const campaign = (await context.campaign(body.campaign)).id;
      const join = async (hooks: WorkHooks) =>
        await joinResult(console, list, { ...given, ...hooks, output, stdin: nothing() });
      const order = { list, by: caller.name, campaign, ...query };
      return await begin('join', order, join);
    },
    'GET /lists/{list}/joined': async ({ params: { list } }, { headers }) => {
      const { name } = await lists.fileOf(list);
      for (const [format, type] of Object.entries(JOINED_TYPES) as [ListFormat, string][]) {
        const path = lists.joinedOf(list, format);
        const saved = { name: `${nameWithoutEnding(name)}.results.${format}`, type };
        const found = await fileAnswer(path, saved, headers);
        if (found !== undefined) return found;
      }
      throw new HttpProblem(404, 'not_joined', 'The list was not given back yet: join it first.');
    },
    ...numberHandlers(console),
  };
}

/** Routes of lists that are taken for numbers alone. */
type NumberRoute = Extract<ApiParts['lists'], `${string}/do-not-call${string}`>;

function numberHandlers(console: Console): Handlers<NumberRoute> {
  const { context, lists } = console;
  const begin = workBeginner(console);
  const numberListOf = async (list: string, body: NumberListBody) => ({
    ...givenReading(body),
    country: readCountry(body.country),
    ...(await lists.fileOf(list)),
    stdin: nothing(),
  });
  return {
    'POST /lists/{list}/do-not-call': async (
      { params: { list }, query, body },
      { caller, asCaller },
    ) => {
      const given = await numberListOf(list, body);
      const rejects = lists.rejectsOf(list);
      const take = async (hooks: WorkHooks) => {
        const request = { ...given, ...hooks, rejects };
        return { ...(await importNumbers(asCaller, request)).counts };
      };
      const order = { list, by: caller.name, campaign: null, ...query };
      return await begin('import', order, take);
    },
    'POST /lists/{list}/do-not-call/check': async (
      { params: { list }, query, body },
      { caller },
    ) => {
      const given = await numberListOf(list, body);
      const check = async (hooks: WorkHooks) =>
        await keepRows(lists.checkedNumbersOf(list), async (write) => {
          await write(CHECKED_NUMBERS_HEADING);
          const told = (rows: readonly CheckedNumberRow[]) =>
            write(rows.map((row) => checkedNumberToCsv(row)).join(''));
          return await checkNumberList(context, { ...given, ...hooks, told });
        });
      const order = { list, by: caller.name, campaign: null, ...query };
      return await begin('check_numbers', order, check);
    },
    'GET /lists/{list}/do-not-call.csv': async ({ params: { list } }, { headers }) => {
      const { name } = await lists.fileOf(list);
      const found = await fileAnswer(
        lists.checkedNumbersOf(list),
        csvNamed(`${name}.checked.csv`),
        headers,
      );
      if (found !== undefined) return found;
      throw new HttpProblem(404, 'not_checked', 'The numbers of the list were not checked yet.');
    },
  };
}

interface ListOrder extends WorkOrder {
  readonly list: string;
  /** After so long it is answered though the work goes on. */
  readonly waitSeconds: number;
}

/** Begins work on a list, and answers when it has ended or after so long. */
function workBeginner({ lists, logger, redis, stopping }: Console) {
  const onCrash = (error: unknown) => logger.error({ err: error }, 'work on a list broke off');
  return async <Kind extends WorkKind>(
    kind: Kind,
    { list, waitSeconds, ...order }: ListOrder,
    work: (hooks: WorkHooks) => Promise<WorkResult<Kind>>,
  ): Promise<ListJson> => {
    const explained = (hooks: WorkHooks) =>
      explainingErrors(redis, hooks.signal, () => work(hooks));
    const { ended } = lists.begin(list, () => ListWork.begin(kind, order, explained, onCrash));
    const late = new AbortController();
    const signal = AbortSignal.any([late.signal, stopping]);
    await Promise.race([ended, sleep(waitSeconds * 1000, signal).catch(() => {})]);
    late.abort();
    return await lists.one(list);
  };
}

/** An uploaded file, and the campaign that is meant. */
interface Meant {
  readonly path: string;
  readonly name: string;
  readonly campaign: Campaign;
}
type Given<Body extends object> = Omit<ReturnType<typeof givenReading<Body>>, 'campaign'> & Meant;
type NumberListBody = ApiReceived<'POST /lists/{list}/do-not-call'>['body'];
type Check = Given<ApiReceived<'POST /lists/{list}/check'>['body']>;
type Load = Given<ApiReceived<'POST /lists/{list}/load'>['body']>;

async function checkResult(
  { context, lists }: Console,
  list: string,
  given: Check,
  hooks: WorkHooks,
) {
  const canary = askedCanary(given.canary);
  const { mostRows = Number.POSITIVE_INFINITY } = given;
  const request = { ...given, mostRows, canary, ...hooks };
  const plan = await keepVerdicts(lists.verdictsOf(list), (foreseen) =>
    planLoad(context, { ...request, stdin: nothing(), foreseen }),
  );
  const { totals, counts, payloads, change, isAnotherList, isWhole, share, pending } = plan;
  const { rejectsFile: _, ...loaded } = loadJson(given.campaign.id, counts, undefined);
  return {
    ...loaded,
    ...totalsJson(totals),
    isWhole,
    share: share ?? null,
    callsAtOnce: callsAtOnce(plan),
    backlog: backlogJson(totals.backlog()),
    payloads: [...payloads],
    changes: [...(change?.changes ?? [])],
    pending,
    isAnotherList,
  };
}

async function loadResult(
  context: Context,
  rejects: string,
  { canary, changesMeant, anotherListMeant, campaign, ...given }: Load,
  hooks: WorkHooks,
) {
  const { counts, unplaceable } = await loadList(context, {
    ...given,
    ...hooks,
    campaign,
    stdin: nothing(),
    rejects,
    canary: askedCanary(canary),
    isChangeMeant: async () => changesMeant,
    isAnotherMeant: async () => anotherListMeant,
  });
  const wouldExpire = unplaceable.reduce((sum, { count }) => sum + count, 0);
  const { rejectsFile: _, ...loaded } = loadJson(campaign.id, counts, undefined);
  return { ...loaded, wouldExpire };
}

async function rejectsOf(path: string, name: string, headers: Headers): Promise<Response> {
  const found = await fileAnswer(path, csvNamed(`${name}.rejected.csv`), headers);
  if (found !== undefined) return found;
  throw new HttpProblem(404, 'no_rejects', 'No row of the list was rejected.');
}

const JOINED_TYPES: Readonly<Record<ListFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

async function joinResult({ context, lists }: Console, list: string, given: ListJoin) {
  for (const format of Object.keys(JOINED_TYPES) as ListFormat[])
    await rm(lists.joinedOf(list, format), { force: true });
  await using opened = await openJoin(context, given);
  const { format, bytes, counts, bare } = opened;
  await keepRows(lists.joinedOf(list, format), async (write) => {
    for await (const some of bytes) {
      given.signal.throwIfAborted();
      await write(some);
    }
  });
  const { rows, outcomes, withoutDetails, fromElsewhere } = counts;
  return {
    format,
    rows,
    outcomes: Object.fromEntries(outcomes),
    withoutDetails,
    fromElsewhere,
    bareRows: bare.length,
  };
}

function nameWithoutEnding(name: string): string {
  return name.replace(/(?:\.\w{1,6}){1,2}$/, '');
}

/** By which name a browser saves a file, and what it is. */
interface SavedFile {
  readonly name: string;
  readonly type: string;
}

function csvNamed(name: string): SavedFile {
  return { name, type: JOINED_TYPES.csv };
}

/** Undefined where there is none. */
async function fileAnswer(
  path: string,
  { name, type }: SavedFile,
  headers: Headers,
): Promise<Response | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  headers.set('content-type', type);
  headers.set('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`);
  const stream = Readable.toWeb(createReadStream(path));
  return new Response(stream as ReadableStream<Uint8Array>);
}

function nothing(): Readable {
  return Readable.from([]);
}
