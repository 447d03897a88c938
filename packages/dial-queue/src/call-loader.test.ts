import { expect, it } from 'vitest';
import { CampaignCanceledError } from './call-loader.ts';
import { CampaignControl } from './control.ts';
import { CALL_JOB, openQueue } from './queues.ts';
import { eachTest, type Fixture } from './testing/fixture.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

it('queues each call once, however often it is asked', async () => {
  await fixture.campaign();
  await using loader = fixture.loader();
  const calls = fixture.calls(5);
  expect(await loader.add(calls.slice(0, 3))).toEqual(['queued', 'queued', 'queued']);
  expect(await loader.add(calls)).toEqual(['already_queued', 'already_queued', 'already_queued', 'queued', 'queued']);
  const queue = openQueue(fixture.redis, fixture.keys, 'spring');
  expect(await queue.getWaitingCount()).toBe(5);
  const job = await queue.getJob(calls[0]?.callId ?? '');
  expect(job).toMatchObject({ name: CALL_JOB, data: calls[0]?.call });
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
  expect(await loader.add([settled, claimed, fresh])).toEqual(['already_settled', 'already_queued', 'queued']);
  await gate.settle(fixture.settling({ callId: claimed.callId }));
  await new CampaignControl(fixture.redis, fixture.keys).apply('cancel', 'spring');
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
