import { eventually, findLibfaketime, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CampaignControl } from './control.ts';
import { Fixture, LINE } from './testing/fixture.ts';

const HOUR_MS = 3_600_000;

describe.skipIf(findLibfaketime() === undefined)('when Redis’s clock is set (needs libfaketime)', () => {
  let server: TestRedis;
  let fixture: Fixture;
  beforeEach(async () => {
    server = await startRedis({ settableClock: true });
    fixture = await Fixture.on(server);
    await fixture.campaign();
  });
  afterEach(async () => {
    fixture[Symbol.dispose]();
    await server.stop();
  });

  /** A pause with a monotonic clock of its own, which says how often it was looked at. */
  function pause() {
    const own = { elapsedMs: 0, looks: 0, isOver: false };
    const monotonic = () => {
      own.looks += 1;
      return own.elapsedMs;
    };
    const applied = new CampaignControl(fixture.redis, fixture.keys, monotonic).apply('pause', 'spring').finally(() => {
      own.isOver = true;
    });
    const looks = (count: number) => eventually(() => own.looks >= count);
    return { own, applied, looks };
  }

  it('ahead before a pause or during it, the pause outlasts what may still be sent', async () => {
    await fixture.gate().claim(fixture.request({ callId: 'call-1', owner: 'owner-1' }));
    await server.setClock(HOUR_MS);
    const { own, applied, looks } = pause();
    await looks(3);
    await server.setClock(2 * HOUR_MS);
    await looks(own.looks + 3);
    expect(own.isOver).toBe(false);
    await fixture.gate().release(fixture.releasing({ callId: 'call-1', owner: 'owner-1', attempts: 0 }));
    expect(await applied).toEqual({ wentOut: 0 });
  });

  it('back, the pause waits no longer than anything may be sent', async () => {
    await fixture.gate().claim(fixture.request({ callId: 'call-1', owner: 'owner-1' }));
    const { own, applied, looks } = pause();
    await looks(2);
    await server.setClock(-5 * HOUR_MS);
    own.elapsedMs += 60_001;
    expect(await applied).toEqual({ wentOut: 1 });
  });

  it('back, a line has room again when its calls can at most last', async () => {
    const limits = { conversationMs: 60_000, maxPerLine: 1 };
    const ask = (index: number) =>
      fixture.gate().claim(
        fixture.request({
          callId: `call-${index}`,
          owner: `owner-${index}`,
          person: fixture.identity.person(`+1505555010${index}`),
          limits,
        }),
      );
    expect(await ask(1)).toMatchObject({ kind: 'dial' });
    await server.setClock(-5 * HOUR_MS);
    const answer = await ask(2);
    expect(answer).toMatchObject({ kind: 'wait', waitFor: 'line' });
    expect(answer.kind === 'wait' && answer.until - answer.now).toBeLessThan(HOUR_MS);
    // As long as it can last at most: a claim and a conversation.
    const [, till] = await fixture.redis.zrevrange(`${fixture.keys.lines}:${LINE}`, 0, 0, 'WITHSCORES');
    expect(Number(till) - (answer.kind === 'wait' ? answer.now : 0)).toBeLessThanOrEqual(180_000);
  });

  it('back, a claim whose worker died stands no longer than a claim does', async () => {
    await server.setClock(5 * HOUR_MS);
    await fixture.gate().claim(fixture.request({ callId: 'call-1', owner: 'owner-1' }));
    await server.setClock(0);
    const answer = await fixture.gate().claim(fixture.request({ callId: 'call-1', owner: 'owner-2' }));
    expect(answer).toMatchObject({ kind: 'busy' });
    expect(answer.kind === 'busy' && answer.until - answer.now).toBeLessThanOrEqual(120_000);
    // Nor does it take a place for longer.
    const [, until] = await fixture.redis.zrange(fixture.keys.campaign('spring').claims, '0', '0', 'WITHSCORES');
    expect(Number(until)).toBe(answer.kind === 'busy' && answer.until);
  });

  it('back, the job of a worker that died is locked for seconds, and looked for again', async () => {
    await using loader = fixture.loader();
    await loader.fixDedupeBy('phone');
    await loader.add(fixture.calls(1));
    await loader.finish();
    await server.setClock(5 * HOUR_MS);
    const { queues } = fixture.keys;
    const connection = new Redis(server.url, { maxRetriesPerRequest: null });
    const worker = new Worker('spring', null, { connection, prefix: queues, lockDuration: 10_000 });
    const job = await worker.getNextJob('token');
    await worker.startStalledCheckTimer();
    const queue = fixture.keys.queue('spring');
    const locks = [`${queue}${job?.id}:lock`, `${queue}stalled-check`];
    const left = () => Promise.all(locks.map((lock) => fixture.redis.pttl(lock)));
    await eventually(async () => (await left()).every((ms) => ms > 0));
    await worker.close(true);
    connection.disconnect();
    await server.setClock(0);
    await fixture.campaigns.look();
    for (const ms of await left()) expect(ms).toBeLessThanOrEqual(30_000);
  });

  it('back, a hold is tried again at once, and does not wait for its old time', async () => {
    const hold = {
      scope: 'all',
      reason: 'unreachable',
      firstPauseMs: 1000,
      maxPauseMs: 60_000,
      retryAfterMs: 0,
    } as const;
    await fixture.holds.open(hold, 'call-9');
    await server.setClock(-5 * HOUR_MS);
    expect(await fixture.gate().claim(fixture.request())).toMatchObject({ kind: 'dial', claim: { probes: ['all'] } });
  });
});
