import { describe, expect, test } from 'vitest';
import { retryCalls } from '../calls/retry-calls.ts';
import { openResults } from '../results/open-results.ts';
import { StatusWatch } from '../status/status-watch.ts';
import { eachTest, type TestBench } from '../testing/test-bench.ts';
import { archiveCampaign } from './archive-campaign.ts';
import { campaignPage } from './campaign-page.ts';
import { controlCampaigns } from './control-campaigns.ts';
import { putCampaign } from './put-campaign.ts';

let bench: TestBench;
eachTest((each) => {
  bench = each;
});

/** A campaign of so many calls, and their ids. */
async function loaded(id: string, count: number, settings = {}): Promise<string[]> {
  await bench.load(await bench.list(`${id}.csv`, count), await bench.put(id, settings));
  return await bench.queued(id);
}

const control = (action: 'pause' | 'resume' | 'cancel', campaign?: string) =>
  controlCampaigns(bench.context, action, campaign);
const stateOf = async (id: string) => (await bench.queue.status.read(id))?.state;

describe('all campaigns', () => {
  test('does not bring back one that is canceled, nor touch what is so already', async () => {
    for (const id of ['a', 'b', 'c']) await bench.put(id);
    await control('cancel', 'a');
    expect(await control('pause')).toEqual([
      { campaign: 'b', calls: 0, wentOut: 0 },
      { campaign: 'c', calls: 0, wentOut: 0 },
    ]);
    expect((await control('resume')).map(({ campaign }) => campaign)).toEqual(['b', 'c']);
    expect(await stateOf('a')).toBe('canceled');
  });

  test('is kept for audit as a decision on each', async () => {
    await bench.put('a');
    await control('pause');
    expect(await bench.decisions()).toMatchObject([
      { action: 'campaign.pause', campaign: 'a', end: { effect: { wentOut: 0 } } },
    ]);
  });
});

test('a campaign that is not there is not found, and nothing is kept', async () => {
  const notFound = { code: 'no_such_campaign', kind: 'not_found', message: 'none is no campaign.' };
  await expect(control('pause', 'none')).rejects.toMatchObject(notFound);
  await expect(archiveCampaign(bench.context, 'none')).rejects.toMatchObject(notFound);
  await expect(retryCalls(bench.context, 'none', 'exhausted')).rejects.toMatchObject(notFound);
  expect(await bench.decisions()).toEqual([]);
});

test('pages of campaigns in a state lead on to each of them once', async () => {
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) await bench.put(id);
  for (const id of ['b', 'c', 'e']) await control('pause', id);
  const watch = new StatusWatch(bench.context);
  const page = async (after?: string) => {
    const request = { after, limit: 2, state: 'paused' } as const;
    const { campaigns, next } = await campaignPage(bench.context, watch, request);
    return { ids: campaigns.map(({ status: { id } }) => id), next };
  };
  expect(await page()).toEqual({ ids: ['b', 'c'], next: 'c' });
  expect(await page('c')).toEqual({ ids: ['e'], next: undefined });
  expect(await page('e')).toEqual({ ids: [], next: undefined });
});

describe('putCampaign', () => {
  test('says what it changes, and keeps it', async () => {
    const campaign = await bench.put('spring');
    expect(await putCampaign(bench.context, campaign)).toMatchObject({ kind: 'unchanged' });
    const changed = { ...campaign, introNotes: 'Ask. '.repeat(100), priority: 3 };
    expect(await putCampaign(bench.context, changed)).toMatchObject({
      kind: 'changed',
      changes: [{ key: 'priority', before: 0, after: 3 }, { key: 'introNotes' }],
    });
    const { details, end } = (await bench.decisions()).at(-1) ?? {};
    expect(details).toMatchObject({ changes: [{ key: 'priority' }, { key: 'introNotes' }] });
    expect(JSON.stringify(details).length).toBeLessThan(500);
    expect(end?.effect).toEqual({ stored: 'changed' });
  });

  test('refuses another way to tell calls apart once a list is loaded', async () => {
    await loaded('spring', 1);
    const campaign = { ...(await bench.put('spring')), dedupeBy: 'externalId' } as const;
    await expect(putCampaign(bench.context, campaign)).rejects.toMatchObject({
      code: 'dedupe_by',
      kind: 'conflict',
    });
    expect((await bench.decisions('campaign.put'))[0]?.end?.failure).toBe('dedupe_by');
  });
});

describe('retryCalls', () => {
  test('queues again what provably never rang', async () => {
    const [first = '', second = ''] = await loaded('spring', 2);
    for (const [callId, outcome] of [
      [first, 'exhausted'],
      [second, 'accepted'],
    ] as const) {
      await bench.claim('spring', callId);
      await bench.settle('spring', callId, outcome);
    }
    expect(await retryCalls(bench.context, 'spring', 'exhausted')).toBe(1);
    expect(await bench.queued('spring')).toEqual([first]);
    expect((await bench.decisions('calls.retry'))[0]?.end?.effect).toEqual({ queued: 1 });
  });

  test('refuses where they would only end the same way', async () => {
    await bench.put('over', { expiresAt: '2020-01-01T00:00:00Z' });
    await bench.put('ended');
    await control('cancel', 'ended');
    const retry = (id: string) => retryCalls(bench.context, id, 'expired');
    await expect(retry('over')).rejects.toMatchObject({ code: 'campaign_expired' });
    await expect(retry('ended')).rejects.toMatchObject({
      code: 'campaign_canceled',
      message: 'Campaign ended is canceled; resume it first.',
    });
  });
});

test('results are read by outcome, and all of them let the campaign be archived', async () => {
  const [first = '', second = ''] = await loaded('spring', 2);
  for (const [callId, outcome] of [
    [first, 'accepted'],
    [second, 'rejected'],
  ] as const) {
    await bench.claim('spring', callId);
    await bench.settle('spring', callId, outcome);
  }
  const read = async (outcome?: 'rejected') => {
    const { signal } = new AbortController();
    const { records, noteExport } = await openResults(bench.context, 'spring', { outcome, signal });
    const callIds = (await Array.fromAsync(records)).map(({ callId }) => callId);
    await noteExport();
    return callIds;
  };
  expect(await read('rejected')).toEqual([second]);
  await expect(archiveCampaign(bench.context, 'spring')).rejects.toMatchObject({
    code: 'not_exported',
    message: 'The results of campaign spring are not all exported; export them first.',
  });
  expect(await read()).toEqual([first, second]);
  await archiveCampaign(bench.context, 'spring');
  expect(await stateOf('spring')).toBe('archived');
  const ends = (await bench.decisions('campaign.archive')).map(({ end }) => end?.failure);
  expect(ends).toEqual(['not_exported', undefined]);
});
