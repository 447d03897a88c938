import { expect, it } from 'vitest';
import { CampaignCanceledError } from '../campaigns/campaign-closed.ts';
import { eachTest, type Fixture } from '../testing/fixture.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

it('queues each call once, however often it is asked', async () => {
  await fixture.campaign();
  await using loader = fixture.loader();
  const calls = fixture.calls(5);
  expect(await loader.add(calls.slice(0, 3))).toEqual(['queued', 'queued', 'queued']);
  expect(await loader.add(calls)).toEqual([
    'already_queued',
    'already_queued',
    'already_queued',
    'queued',
    'queued',
  ]);
  const queue = fixture.queue.bullQueue('spring');
  expect(await queue.getWaitingCount()).toBe(5);
  const job = await queue.getJob(calls[0]?.callId ?? '');
  expect(job).toMatchObject({ data: calls[0]?.call });
  await queue.close();
});

it('adds nothing that is settled, in flight, or of a canceled campaign', async () => {
  await fixture.campaign();
  await using loader = fixture.loader();
  const [settled, claimed, fresh] = fixture.calls(3);
  if (settled === undefined || claimed === undefined || fresh === undefined)
    throw new Error('three calls were asked for');
  const gate = fixture.gate();
  await gate.settle(fixture.settling({ callId: settled.callId }));
  await loader.add([claimed]);
  await gate.claim(fixture.request({ callId: claimed.callId }));
  expect(await loader.add([settled, claimed, fresh])).toEqual([
    'already_settled',
    'already_queued',
    'queued',
  ]);
  await gate.settle(fixture.settling({ callId: claimed.callId }));
  await fixture.queue.control.apply('cancel', 'spring');
  await expect(loader.add(fixture.calls(4).slice(3))).rejects.toBeInstanceOf(CampaignCanceledError);
});

it('gives a claim without a job, which nobody would meet, a job again', async () => {
  await fixture.campaign();
  await using loader = fixture.loader();
  const calls = fixture.calls(1);
  await fixture.gate().claim(fixture.request({ callId: calls[0]?.callId ?? '' }));
  expect(await loader.add(calls)).toEqual(['queued']);
  expect(await loader.add(calls)).toEqual(['already_queued']);
});

it('mends a call whose job was lost while it was queued again', async () => {
  await fixture.campaign();
  await using loader = fixture.loader();
  const calls = fixture.calls(1);
  const callId = calls[0]?.callId ?? '';
  const gate = fixture.gate();
  await gate.claim(fixture.request({ callId }));
  await gate.release(fixture.releasing({ callId }));
  expect(await loader.add(calls)).toEqual(['queued']);
});

it('keeps a campaign open from the first look to the end of the load', async () => {
  await fixture.campaign();
  await using loader = fixture.loader();
  await loader.lookUp(['nothing']);
  expect((await fixture.campaigns.look()).open).toEqual(['spring']);
  await loader.finish();
  expect((await fixture.campaigns.look()).open).toEqual([]);
  await loader.add(fixture.calls(1));
  await loader.finish();
  expect((await fixture.campaigns.look()).open).toEqual(['spring']);
});

it('announces the campaign once its first calls are there', async () => {
  await fixture.campaign();
  const listener = fixture.redis.duplicate();
  const heard = new Promise((resolve) => listener.on('message', (_, scope) => resolve(scope)));
  await listener.subscribe(fixture.keys.announcements);
  await using loader = fixture.loader();
  await loader.add(fixture.calls(1));
  expect(await heard).toBe('campaign:spring');
  listener.disconnect();
});

it('feeds calls without taking the campaign for loading, and leaves the mark of a load that runs beside', async () => {
  const { id } = await fixture.campaign();
  const status = fixture.queue.status;
  await using loader = fixture.loader();
  const calls = fixture.calls(3);
  expect(await loader.feed(calls.slice(0, 2))).toEqual(['queued', 'queued']);
  expect(await loader.feed(calls.slice(1))).toEqual(['already_queued', 'queued']);
  expect(await status.read(id)).toMatchObject({ state: 'running', pending: 3 });
  await loader.lookUp(['nothing']);
  await loader.feed(fixture.calls(4));
  expect(await status.read(id)).toMatchObject({ state: 'loading', pending: 4 });
});

it('announces a fed campaign each time it comes back among those with work, and only then', async () => {
  await fixture.campaign();
  const listener = fixture.redis.duplicate();
  const heard: string[] = [];
  listener.on('message', (_, scope) => heard.push(scope));
  await listener.subscribe(fixture.keys.announcements);
  await using loader = fixture.loader();
  const [first, second, third] = fixture.calls(3).map((call) => [call]);
  await loader.feed(first ?? []);
  await loader.feed(second ?? []);
  // A worker has looked while nothing was there.
  await fixture.redis.srem(fixture.keys.openCampaigns, 'spring');
  await loader.feed(third ?? []);
  await fixture.redis.publish(fixture.keys.announcements, 'end');
  await expect.poll(() => heard.at(-1)).toBe('end');
  expect(heard).toEqual(['campaign:spring', 'campaign:spring', 'end']);
  listener.disconnect();
});
