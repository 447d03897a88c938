import { eventually, findLibfaketime, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fixture, LINE } from '../testing/fixture.ts';

const HOUR_MS = 3_600_000;

describe.skipIf(findLibfaketime() === undefined)(
  'when Redis’s clock is set (needs libfaketime)',
  () => {
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
      const applied = fixture
        .queueOf(fixture.redis, { monotonic })
        .control.apply('pause', 'spring')
        .finally(() => {
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
      await fixture
        .gate()
        .release(fixture.releasing({ callId: 'call-1', owner: 'owner-1', attempts: 0 }));
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
      const [, till] = await fixture.redis.zrevrange(
        `${fixture.keys.lines}:${LINE}`,
        0,
        0,
        'WITHSCORES',
      );
      expect(Number(till) - (answer.kind === 'wait' ? answer.now : 0)).toBeLessThanOrEqual(180_000);
    });

    it('back, a claim whose worker died stands no longer than a claim does', async () => {
      await server.setClock(5 * HOUR_MS);
      await fixture.gate().claim(fixture.request({ callId: 'call-1', owner: 'owner-1' }));
      await server.setClock(0);
      const answer = await fixture
        .gate()
        .claim(fixture.request({ callId: 'call-1', owner: 'owner-2' }));
      expect(answer).toMatchObject({ kind: 'busy' });
      expect(answer.kind === 'busy' && answer.until - answer.now).toBeLessThanOrEqual(120_000);
      // Nor does it take a place for longer.
      const [, until] = await fixture.redis.zrange(
        fixture.keys.campaign('spring').claims,
        '0',
        '0',
        'WITHSCORES',
      );
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
      const worker = new Worker('spring', null, {
        connection,
        prefix: queues,
        lockDuration: 10_000,
      });
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
      for (const ms of await left()) expect(ms).toBeLessThanOrEqual(10_000);
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
      expect(await fixture.gate().claim(fixture.request())).toMatchObject({
        kind: 'dial',
        claim: { probes: ['all'] },
      });
    });

    it('back, a hold of a while ago is tried again, too', async () => {
      const pauses = { firstPauseMs: 1000, maxPauseMs: 60_000, retryAfterMs: 1_800_000 } as const;
      await server.setClock(600_000);
      await fixture.holds.open({ scope: 'all', reason: 'rate_limited', ...pauses }, 'call-9');
      await server.setClock(0);
      expect(await fixture.gate().claim(fixture.request())).toMatchObject({
        kind: 'dial',
        claim: { probes: ['all'] },
      });
    });

    const other = (index: number) => ({
      callId: `call-${index}`,
      owner: `worker-${index}.1`,
      person: fixture.identity.person(`+1505555010${index}`),
    });

    it('back, the claim of a worker that died counts no longer than a claim lasts', async () => {
      const gate = fixture.gate({ claimMs: 120_000 });
      const limits = { conversationMs: 60_000, maxInFlight: 1 };
      await server.setClock(5 * HOUR_MS);
      await gate.claim(fixture.request({ limits }));
      await server.setClock(0);
      const met = await gate.claim(fixture.request({ owner: 'owner-2', limits }));
      expect(met).toMatchObject({ kind: 'busy' });
      expect(met.kind === 'busy' && met.until - met.now).toBeLessThanOrEqual(120_000);
      expect(await gate.claim(fixture.request({ ...other(2), limits }))).toMatchObject({
        waitFor: 'in_flight',
      });
      await server.setClock(130_000);
      expect(await gate.claim(fixture.request({ owner: 'owner-2', limits }))).toMatchObject({
        kind: 'in_doubt',
      });
      expect(await gate.claim(fixture.request({ ...other(2), limits }))).toMatchObject({
        kind: 'dial',
      });
    });

    it('back, a call in doubt waits no longer than before to be dialed once more', async () => {
      const gate = fixture.gate({ claimMs: 120_000 });
      await server.setClock(5 * HOUR_MS);
      await gate.claim(fixture.request());
      await gate.settle(fixture.settling({ outcome: 'unknown', redialAfterMs: 60_000 }));
      await server.setClock(0);
      const asked = await gate.claim(fixture.request({ owner: 'owner-2' }));
      expect(asked).toMatchObject({ kind: 'wait', waitFor: 'redial' });
      expect(asked.kind === 'wait' && asked.until - asked.now).toBeLessThanOrEqual(180_000);
      await server.setClock(190_000);
      expect(await gate.claim(fixture.request({ owner: 'owner-2' }))).toMatchObject({
        kind: 'dial',
      });
    });

    it('back, a call counts for a cap for its hours from then on, and not for ever', async () => {
      const gate = fixture.gate();
      const limits = { conversationMs: 60_000, caps: [{ calls: 1, hours: 1 }] };
      await server.setClock(5 * HOUR_MS);
      await gate.claim(fixture.request({ limits }));
      await gate.settle(fixture.settling());
      await server.setClock(0);
      const again = fixture.request({ callId: 'call-2', owner: 'owner-2', limits });
      expect(await gate.claim(again)).toMatchObject({ kind: 'skip', reason: 'frequency_cap' });
      await server.setClock(HOUR_MS - 60_000);
      expect(await gate.claim(again)).toMatchObject({ kind: 'skip', reason: 'frequency_cap' });
      await server.setClock(HOUR_MS + 60_000);
      expect(await gate.claim(again)).toMatchObject({ kind: 'dial' });
    });

    it('back, calls for one line take turns anew', async () => {
      const gate = fixture.gate();
      const limits = { conversationMs: 60_000, maxPerLine: 1 };
      const ask = (index: number) =>
        gate.claim(fixture.request({ ...other(index), limits, isOwnLine: true }));
      await server.setClock(5 * HOUR_MS);
      for (const index of [1, 2, 3, 4]) await ask(index);
      await server.setClock(0);
      const answer = await ask(5);
      expect(answer).toMatchObject({ kind: 'wait', waitFor: 'own_line' });
      expect(answer.kind === 'wait' && answer.until - answer.now).toBeLessThan(180_000);
    });

    it('back, calls for one hour are counted anew', async () => {
      const opensAt = Date.now() + 24 * HOUR_MS;
      const limits = { conversationMs: 60_000, intervalMs: 1000 };
      const ask = (index: number) =>
        fixture
          .gate()
          .claim(fixture.request({ ...other(index), limits, opensAt, isOwnTime: true }));
      await server.setClock(5 * HOUR_MS);
      for (const index of [1, 2, 3]) await ask(index);
      await server.setClock(0);
      expect(await ask(1)).toMatchObject({ kind: 'wait', until: opensAt });
      expect(await ask(2)).toMatchObject({ kind: 'wait', until: opensAt + 1000 });
    });

    it('back, what is delayed comes up once', async () => {
      const evidence = fixture.queue.evidence;
      const parked = fixture.queue.parkedCalls;
      const bringBack = async () =>
        parked.bringBack('spring', (await evidence.compare(new Map(), false)).timesSetBack);
      const queue = fixture.queue.bullQueue('spring');
      await queue.add('call', {}, { jobId: 'a', delay: HOUR_MS });
      await server.setClock(5 * HOUR_MS);
      expect(await bringBack()).toBe(false);
      await server.setClock(0);
      expect(await bringBack()).toBe(true);
      expect(await queue.getWaitingCount()).toBe(1);
      await queue.add('call', {}, { jobId: 'b', delay: HOUR_MS });
      expect(await bringBack()).toBe(false);
      expect(await queue.getDelayedCount()).toBe(1);
      await queue.close();
    });

    it('back, a server that is new lets claims be made after its usual time', async () => {
      const evidence = fixture.queue.evidence;
      await fixture.redis.hset(fixture.keys.claimCounts, 'another', 1);
      await server.setClock(5 * HOUR_MS);
      await evidence.compare(new Map(), true);
      await server.setClock(0);
      const { now, opensAt } = await evidence.compare(new Map(), true);
      expect(opensAt - now).toBeLessThanOrEqual(8000);
    });

    it('back, the lease of a daemon that died lasts no longer than any', async () => {
      const store = fixture.queue.schedules;
      const run = { state: 'due', campaign: 'nightly-2026-12-01', dueAt: 0 };
      await fixture.redis.hset(
        fixture.keys.schedule('nightly').runs,
        '2026-12-01T18:00',
        JSON.stringify(run),
      );
      const take = (owner: string) =>
        store.take('nightly', '2026-12-01T18:00', { owner, leaseMs: 30_000 });
      await server.setClock(5 * HOUR_MS);
      await take('a');
      await server.setClock(0);
      expect((await take('b')).kind).toBe('taken');
      await server.setClock(31_000);
      expect((await take('b')).kind).toBe('yours');
    });

    it('ahead, the next slot comes after those of before, which may still be used', async () => {
      const limits = { conversationMs: 60_000, intervalMs: 20 };
      const ask = (index: number, takesItFor: number) =>
        fixture.gate().claim(fixture.request({ ...other(index), limits, takesItFor }));
      const before = Date.now();
      for (const index of [1, 2, 3])
        expect(await ask(index, before)).toMatchObject({ kind: 'dial' });
      await server.setClock(10_000);
      // Nobody gets one before the last that may be given at once has passed.
      const asked = await ask(4, before);
      expect(asked).toMatchObject({ kind: 'wait', waitFor: 'pace' });
      const next = await ask(4, before + 10_000);
      const slot =
        next.kind === 'dial'
          ? (next.claim.sendFrom ?? 0)
          : next.kind === 'wait'
            ? next.until + 100
            : 0;
      expect(slot).toBeGreaterThan(asked.kind === 'wait' ? asked.now + 200 : 0);
    });
  },
);
