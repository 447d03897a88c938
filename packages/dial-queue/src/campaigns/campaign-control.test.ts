import { expect, it } from 'vitest';
import { eachTest, type Fixture } from '../testing/fixture.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

const control = () => fixture.queue.control;

it('returns at once when nothing is claimed', async () => {
  expect(await control().apply('pause', 'spring')).toEqual({ wentOut: 0 });
  expect((await fixture.gate().claim(fixture.request())).kind).toBe('paused');
  await control().apply('resume', 'spring');
  expect((await fixture.gate().claim(fixture.request())).kind).toBe('dial');
});

it('waits for every earlier claim and counts those that went out', async () => {
  const gate = fixture.gate();
  const claims = ['accepted', 'vetoed', 'refused'].map((callId) => ({
    callId,
    owner: `owner of ${callId}`,
  }));
  for (const claim of claims) await gate.claim(fixture.request(claim));
  const [accepted, vetoed, refused] = claims;
  let isDone = false;
  const applied = control()
    .apply('pause', 'spring')
    .finally(() => {
      isDone = true;
    });
  await gate.settle(fixture.settling({ ...accepted }));
  await gate.release(fixture.releasing({ ...vetoed, attempts: 0 }));
  expect(isDone).toBe(false);
  await gate.release(fixture.releasing({ ...refused, attempts: 1 }));
  expect(await applied).toEqual({ wentOut: 2 });
});

it('counts no call that provably never reached the API', async () => {
  const gate = fixture.gate();
  const claims = ['retried', 'exhausted', 'canceled'].map((callId) => ({
    callId,
    owner: `owner of ${callId}`,
  }));
  const [retried, exhausted, canceled] = claims;
  await gate.claim(fixture.request({ ...canceled }));
  await gate.release(fixture.releasing({ ...canceled, attempts: 2, failures: 2 }));
  for (const claim of claims) await gate.claim(fixture.request(claim));
  const applied = control().apply('cancel', 'spring');
  await gate.release(fixture.releasing({ ...retried, attempts: 1, failures: 1 }));
  await gate.settle(fixture.settling({ ...exhausted, outcome: 'exhausted', attempts: 1 }));
  await gate.release(fixture.releasing({ ...canceled, attempts: 2, failures: 2 }));
  await gate.settle(
    fixture.settling({ ...canceled, owner: 'another run', outcome: 'canceled', attempts: 2 }),
  );
  expect(await applied).toEqual({ wentOut: 0 });
});

it('takes a claim that may not be sent any more for one that went out', async () => {
  await fixture.gate({ sendWithinMs: -1 }).claim(fixture.request());
  expect(await control().apply('cancel', 'spring')).toEqual({ wentOut: 1 });
});

it('can be given up', async () => {
  await fixture.gate().claim(fixture.request());
  await expect(control().apply('cancel', 'spring', AbortSignal.abort())).rejects.toThrow(/abort/i);
});
