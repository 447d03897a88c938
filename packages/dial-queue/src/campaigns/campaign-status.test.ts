import { expect, it } from 'vitest';
import { eachTest, type Fixture, LINE } from '../testing/fixture.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

const status = async () => fixture.queue.status.read('spring');
const HOLD = {
  reason: 'rate_limited',
  firstPauseMs: 60_000,
  maxPauseMs: 60_000,
  retryAfterMs: 0,
} as const;

it('knows only campaigns that were stored', async () => {
  expect(await status()).toBeUndefined();
});

it('follows a campaign from its first row to its last outcome', async () => {
  await fixture.campaign();
  expect(await status()).toMatchObject({ state: 'waiting', pending: 0 });
  await using loader = fixture.loader();
  const calls = fixture.calls(2);
  await loader.add(calls);
  expect(await status()).toMatchObject({ state: 'loading', pending: 2, inFlight: 0 });
  await loader.finish();
  expect(await status()).toMatchObject({ state: 'running', pending: 2 });
  const gate = fixture.gate();
  const callId = calls[0]?.callId ?? '';
  await gate.claim(fixture.request({ callId }));
  expect(await status()).toMatchObject({ state: 'running', pending: 1, inFlight: 1 });
  await gate.settle(fixture.settling({ callId }));
  await fixture.redis.del(`${fixture.keys.queue('spring')}wait`);
  expect(await status()).toMatchObject({
    state: 'completed',
    pending: 0,
    inFlight: 0,
    outcomes: { accepted: 1, unknown: 0 },
  });
});

it('says why nothing moves', async () => {
  await fixture.campaign({ fromPhoneNumber: [LINE, '+15055550101'] });
  await using loader = fixture.loader();
  await loader.add(fixture.calls(1));
  await loader.finish();
  await fixture.holds.open({ ...HOLD, scope: 'campaign:another' }, 'x');
  await fixture.holds.open({ ...HOLD, scope: `line:${LINE}` }, 'x');
  expect(await status()).toMatchObject({ state: 'running', holds: [{ scope: `line:${LINE}` }] });
  await fixture.holds.open({ ...HOLD, scope: 'line:+15055550101' }, 'x');
  expect(await status()).toMatchObject({ state: 'held' });
  const control = fixture.queue.control;
  await control.apply('pause', 'spring');
  expect(await status()).toMatchObject({ state: 'paused' });
  await control.apply('cancel', 'spring');
  expect(await status()).toMatchObject({ state: 'canceled' });
});

it('waits for its start and its hours', async () => {
  await fixture.campaign({ startsAt: '2999-01-01T00:00:00Z' });
  await using loader = fixture.loader();
  await loader.add(fixture.calls(1));
  await loader.finish();
  expect(await status()).toMatchObject({ state: 'waiting', pending: 1 });
});
