import { type ScriptRule, type SimulatorOptions } from '@libby-dialer/libby-simulator';
import { eventually, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  LOCALHOST_CERTIFICATE,
  LOCALHOST_KEY,
} from '../../../../packages/libby-client/src/testing/localhost-certificate.ts';
import { startRawServer } from '../../../../packages/libby-client/src/testing/raw-server.ts';
import { DialingWorld, phones, type TestWorker } from '../testing/dialing-world.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const openWorld = (options?: SimulatorOptions) => DialingWorld.open(redis, options);
const everyCall = (action: ScriptRule['do']): ScriptRule => ({ match: {}, do: action });

interface Line {
  readonly msg: string;
  readonly reason: string;
  readonly scope: string;
  readonly cause: object;
}

/** What all of these workers have logged of holds. */
function holdLines(workers: readonly TestWorker[], msg: string): Line[] {
  return workers
    .flatMap(({ logs }) => logs.map((line) => JSON.parse(line) as Line))
    .filter((line) => line.msg === msg);
}

async function counted(workers: readonly TestWorker[], label: string): Promise<number> {
  const counts = await Promise.all(
    workers.map((each) => each.metric('libby_dialer_hold_changes_total', label)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

describe('a hold is told by one worker, with what was seen', () => {
  test('a certificate that nobody trusts', async () => {
    await using world = await openWorld();
    const tls = { cert: LOCALHOST_CERTIFICATE, key: LOCALHOST_KEY };
    await using api = await startRawServer(() => {}, { tls });
    await world.campaign({
      retry: { attempts: 100, backoffSeconds: 0.05, maxBackoffSeconds: 0.2 },
    });
    const workers = [
      await world.startWorker({ apiUrl: api.url }),
      await world.startWorker({ apiUrl: api.url }),
    ];
    await world.load(phones(20));
    expect(await world.heldBy('all')).toBe('unreachable');
    const cause = { code: 'DEPTH_ZERO_SELF_SIGNED_CERT', url: `${api.url}/outbound` };
    expect(await world.holds.list()).toMatchObject([{ cause }]);
    expect(await world.status()).toMatchObject({ holds: [{ cause }] });
    await eventually(() => holdLines(workers, 'dialing is held').length > 0);
    expect(holdLines(workers, 'dialing is held')).toMatchObject([
      { scope: 'all', reason: 'unreachable', cause },
    ]);
    expect(await counted(workers, 'change="opened",scope_kind="all",reason="unreachable"')).toBe(1);
    expect(api.requests).toEqual([]);
    // Also that the pause grows.
    await eventually(() => holdLines(workers, 'dialing is held for longer').length > 0);
    expect(holdLines(workers, 'dialing is held for longer')[0]).toMatchObject({
      reason: 'unreachable',
      cause,
    });
  });

  test('a short list that was given up for the same reason', async () => {
    await using world = await openWorld();
    const tls = { cert: LOCALHOST_CERTIFICATE, key: LOCALHOST_KEY };
    await using api = await startRawServer(() => {}, { tls });
    await world.campaign({ retry: { attempts: 1 } });
    const worker = await world.startWorker({ apiUrl: api.url });
    await world.load(phones(1));
    await world.settled(1);
    await eventually(() => holdLines([worker], 'call was given up').length > 0);
    const cause = { code: 'DEPTH_ZERO_SELF_SIGNED_CERT', url: `${api.url}/outbound` };
    expect(holdLines([worker], 'call was given up')).toMatchObject([
      { reason: 'tls_failed', cause },
    ]);
  });

  test('doubts, by the status that was answered; and its lifting', async () => {
    await using world = await openWorld({ script: [everyCall({ status: 303 })] });
    await world.campaign();
    const workers = [await world.startWorker(), await world.startWorker()];
    await world.load(phones(25));
    expect(await world.heldBy('all')).toBe('doubts');
    world.simulator.setScript([]);
    const cause = { code: 'bad_response', status: 303, url: `${world.simulator.apiUrl}/outbound` };
    await world.settled(25);
    await world.noHolds();
    await eventually(() => holdLines(workers, 'dialing goes on: a hold is lifted').length > 0);
    expect(holdLines(workers, 'dialing is held')).toMatchObject([{ reason: 'doubts', cause }]);
    expect(holdLines(workers, 'dialing goes on: a hold is lifted')).toMatchObject([
      { reason: 'doubts', cause },
    ]);
    expect(await counted(workers, 'change="lifted",scope_kind="all",reason="doubts"')).toBe(1);
    expect(Math.max(...world.requestsByNumber().values())).toBe(1);
  });

  test('rejections, of the campaign alone', async () => {
    await using world = await openWorld({ script: [everyCall({ status: 422 })] });
    await world.campaign();
    const worker = await world.startWorker();
    await world.load(phones(20));
    expect(await world.heldBy('campaign:spring')).toBe('rejections');
    await eventually(() => holdLines([worker], 'dialing is held').length > 0);
    expect(holdLines([worker], 'dialing is held')).toMatchObject([
      {
        scope: 'campaign:spring',
        reason: 'rejections',
        cause: { code: 'unprocessable', status: 422 },
      },
    ]);
    expect(
      await counted([worker], 'change="opened",scope_kind="campaign",reason="rejections"'),
    ).toBe(1);
  });

  test('a wrong address of the API; the one of the provider’s page is none', async () => {
    await using world = await openWorld();
    await world.campaign();
    const worker = await world.startWorker({ apiUrl: `${world.simulator.apiUrl}/v2` });
    await world.load(phones(3));
    expect(await world.heldBy('all')).toBe('endpoint');
    const url = `${world.simulator.apiUrl}/v2/outbound`;
    expect(await world.holds.list()).toMatchObject([
      { cause: { code: 'endpoint', status: 404, url } },
    ]);
    await worker.stop();
    await world.holds.release('all');
    await world.startWorker({ apiUrl: `${world.simulator.apiUrl}/outbound` });
    expect((await world.settled(3)).map(({ outcome }) => outcome)).toEqual(
      Array(3).fill('accepted'),
    );
  });

  test('no token', async () => {
    await using world = await openWorld();
    await world.campaign();
    const worker = await world.startWorker({ clientSecret: 'wrong' });
    await world.load(phones(3));
    expect(await world.heldBy('all')).toBe('token_unavailable');
    await eventually(() => holdLines([worker], 'dialing is held').length > 0);
    expect(holdLines([worker], 'dialing is held')[0]).toMatchObject({
      reason: 'token_unavailable',
      cause: { code: 'invalid_client', status: 400, url: world.simulator.tokenUrl },
    });
  });
});
