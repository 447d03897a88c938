import { startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DialingWorld, LINE, phone } from '../testing/dialing-world.ts';

const TOLL_FREE = '+18005550123';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const allDay = { from: '00:00', to: '24:00' };

test('a result tells by which hours, whose clock, which list and which caps its call was let out', async () => {
  await using world = await DialingWorld.open(redis);
  await world.doNotCall.add([phone(9)]);
  const version = await world.doNotCall.version();
  const frequencyCap = { calls: 5, hours: 48 };
  await world.campaign({ callingWindow: allDay, timezone: 'Asia/Tokyo', frequencyCap });
  await world.campaign({ id: 'autumn', callingWindow: { ...allDay, timezone: 'Asia/Tokyo' } });
  await world.campaign({ id: 'winter' });
  await world.startWorker();
  await world.load([TOLL_FREE]);
  await world.settled(1);
  await world.load([TOLL_FREE], 'autumn', { timezone: 'Europe/Berlin' });
  await world.load([TOLL_FREE], 'winter');
  const [spring] = await world.settled(1);
  const [autumn] = await world.settled(1, 'autumn');
  const [winter] = await world.settled(1, 'winter');
  expect(spring?.permission).toMatchObject({
    zones: ['Asia/Tokyo'],
    zoneSource: 'campaign',
    doNotCall: version,
    caps: [{ ...frequencyCap, placed: 0 }],
  });
  const dialedAt = Date.parse(spring?.dialedAt ?? '');
  expect(Date.parse(spring?.permission?.opensAt ?? '')).toBeLessThanOrEqual(dialedAt);
  expect(Date.parse(spring?.permission?.closesAt ?? '')).toBeGreaterThan(dialedAt);
  expect(autumn?.permission).toMatchObject({
    zones: ['Asia/Tokyo'],
    zoneSource: 'campaign_window',
  });
  expect(winter?.permission).toEqual({ doNotCall: version });
});

test('a call that was lost with its worker has it from the claim', async () => {
  await using world = await DialingWorld.open(redis);
  const caps = [{ calls: 5, hours: 48 }];
  await world.campaign({ frequencyCap: caps[0] });
  await world.load([TOLL_FREE]);
  const claimed = await world.gate(1).claim({
    callId: world.callId(TOLL_FREE),
    owner: 'a worker that is gone',
    campaign: 'spring',
    person: world.identity.person(TOLL_FREE),
    lines: [LINE],
    limits: { conversationMs: 1000, caps },
    opensAt: 0,
    closesAt: Number.MAX_SAFE_INTEGER,
    ready: true,
  });
  expect(claimed.kind).toBe('dial');
  await world.startWorker();
  expect(await world.settled(1)).toMatchObject([
    {
      reason: 'worker_lost',
      permission: { doNotCall: 0, caps: [{ calls: 5, hours: 48, placed: 0 }] },
    },
  ]);
});

test('a call that was not let out has none', async () => {
  await using world = await DialingWorld.open(redis);
  await world.campaign();
  await world.doNotCall.add([TOLL_FREE]);
  await world.startWorker();
  await world.load([TOLL_FREE]);
  const [result] = await world.settled(1);
  expect(result).toMatchObject({ outcome: 'suppressed' });
  expect(result).not.toHaveProperty('permission');
});
