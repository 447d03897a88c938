import { isoInstant } from '@libby-dialer/dialing';
import type { ApiParts } from '@libby-dialer/http-api';
import {
  archiveCampaign,
  type CampaignDefinition,
  campaignDefinition,
  campaignPage,
  controlCampaigns,
  holdJson,
  listArchivedCampaigns,
  placedSteps,
  previewCampaign,
  putCampaign,
  retryCalls,
  type StoredAs,
  type StoredCampaignChange,
} from '@libby-dialer/operations';
import type { Console } from '../console.ts';
import type { Exchange, Handlers } from '../http/handlers.ts';
import { HttpProblem } from '../http/http-problem.ts';
import { backlogJson } from './backlog-json.ts';
import { campaignJson } from './campaign-json.ts';
import { checkedCampaign } from './given-campaign.ts';

export function campaignHandlers({ context, watch }: Console): Handlers<ApiParts['campaigns']> {
  return {
    'GET /campaigns': async ({ query: { cursor, limit, state, contains } }) => {
      const request = { after: cursor, limit, state, contains };
      const { campaigns, next } = await campaignPage(context, watch, request);
      return { campaigns: campaigns.map(campaignJson), nextCursor: next ?? null };
    },
    'GET /archived-campaigns': async () => {
      const archived = await listArchivedCampaigns(context);
      const campaigns = archived.map(({ id, archivedAt }) => ({
        id,
        archivedAt: isoInstant(archivedAt),
      }));
      return { campaigns };
    },
    'GET /campaigns/{id}': async ({ params: { id } }, { headers }) => {
      const [view, definition] = await Promise.all([
        watch.one(id),
        campaignDefinition(context, id),
      ]);
      const etag = etagOf(definition);
      headers.set('etag', etag);
      return { ...campaignJson(view), campaign: definition?.written ?? null, etag };
    },
    'GET /campaigns/{id}/rates': async ({ params: { id } }) => {
      const steps = await placedSteps(context, id);
      return { points: steps.map((step) => ({ ...step, at: isoInstant(step.at) })) };
    },
    'GET /campaigns/{id}/backlog': async ({ params: { id } }) =>
      backlogJson(await watch.backlog(id)),
    'PUT /campaigns/{id}': async (
      { params: { id }, query: { dryRun }, headers, body },
      exchange,
    ) => {
      const { campaign, warnings } = checkedCampaign(withId(id, body));
      const before = await campaignDefinition(context, id);
      const isDry = dryRun === 'true';
      const edition = isDry && !isConditional(headers) ? undefined : editionMeant(headers, before);
      const change = await previewCampaign(context, campaign);
      const stored = isDry
        ? storedAs(before, change)
        : await putCampaign(exchange.asCaller, campaign, edition);
      const etag = etagOf(await campaignDefinition(context, id));
      exchange.headers.set('etag', etag);
      return {
        kind: stored.kind,
        changes: stored.kind === 'changed' ? [...stored.changes] : [],
        calls: change?.pending ?? 0,
        canary: change?.canary ?? null,
        warnings,
        hold: stored.kind === 'unchanged' && stored.hold ? holdJson(stored.hold) : null,
        etag,
      };
    },
    'POST /campaigns/{id}/pause': steer('pause'),
    'POST /campaigns/{id}/resume': steer('resume'),
    'POST /campaigns/{id}/cancel': steer('cancel'),
    'POST /campaigns/{id}/retry': async ({ params: { id }, body }, { asCaller }) => ({
      campaign: id,
      calls: await retryCalls(asCaller, id, body.outcome, body.callIds),
      wentOut: 0,
    }),
    'POST /campaigns/{id}/archive': async ({ params: { id }, body }, { asCaller }) => {
      const { status } = await watch.one(id);
      const calls = Object.values(status.outcomes).reduce((sum, count) => sum + count, 0);
      await archiveCampaign(asCaller, id, { withDoubts: body?.withDoubts ?? false });
      return { campaign: id, calls, wentOut: 0 };
    },
    'POST /all-campaigns/pause': steerAll('pause'),
    'POST /all-campaigns/resume': steerAll('resume'),
    'POST /all-campaigns/cancel': steerAll('cancel'),
  };
}

/** What storing it would do. */
function storedAs(
  before: CampaignDefinition | undefined,
  change: StoredCampaignChange | undefined,
): StoredAs {
  if (before === undefined) return { kind: 'added' };
  if (change === undefined) return { kind: 'unchanged', hold: undefined };
  return { kind: 'changed', changes: change.changes };
}

function withId(id: string, body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  if ('id' in body && body.id !== id)
    throw new HttpProblem(
      400,
      'other_id',
      'The campaign’s id is another than that of the address.',
    );
  return { ...body, id };
}

function etagOf(definition: CampaignDefinition | undefined): string {
  return `"${definition?.edition || 'none'}"`;
}

interface Preconditions {
  readonly 'if-match'?: string | undefined;
  readonly 'if-none-match'?: '*' | undefined;
}

function isConditional(given: Preconditions): boolean {
  return given['if-match'] !== undefined || given['if-none-match'] !== undefined;
}

/** The edition that may be changed; undefined: any. */
function editionMeant(
  { 'if-match': match, 'if-none-match': noneMatch }: Preconditions,
  stored: CampaignDefinition | undefined,
): string | undefined {
  if (noneMatch !== undefined || (stored === undefined && match === undefined)) return '';
  if (match === undefined) {
    const detail = 'The campaign is there already: say with If-Match which edition is changed.';
    throw new HttpProblem(428, 'if_match_needed', detail);
  }
  if (match === '*' && stored !== undefined) return undefined;
  if (match === etagOf(stored)) return stored?.edition ?? '';
  const detail = 'The campaign was changed meanwhile: look at it again before you change it.';
  throw new HttpProblem(412, 'changed_meanwhile', detail);
}

function steer(action: 'pause' | 'resume' | 'cancel') {
  return async (
    { params: { id } }: { params: { id: string } },
    { asCaller, signal }: Pick<Exchange, 'asCaller' | 'signal'>,
  ) => {
    const [steered] = await controlCampaigns(asCaller, action, id, { signal });
    return steered ?? { campaign: id, calls: 0, wentOut: 0 };
  };
}

function steerAll(action: 'pause' | 'resume' | 'cancel') {
  return async (_: object, { asCaller, signal }: Pick<Exchange, 'asCaller' | 'signal'>) => ({
    campaigns: await controlCampaigns(asCaller, action, undefined, { signal }),
  });
}
