import { beforeEach, describe, expect, it } from 'vitest';
import { eachTest, type Fixture, LINE } from '../testing/fixture.ts';
import type { IdleReasons } from './idle-reasons.ts';

const OTHER_LINE = '+15055550101';
const NOW = Date.parse('2026-12-01T14:00:00Z');

let fixture: Fixture;
let reader: IdleReasons;
eachTest((each) => {
  fixture = each;
});
beforeEach(() => {
  reader = fixture.queue.idleReasons;
});

it('counts the workers that listen', async () => {
  expect(await reader.workers()).toBe(0);
  const worker = fixture.redis.duplicate();
  await worker.subscribe(fixture.keys.announcements);
  expect(await reader.workers()).toBe(1);
  worker.disconnect();
});

it('tells when the first call comes up that waits by itself', async () => {
  expect(await reader.nextCallAt('spring')).toBeUndefined();
  const queue = fixture.queue.bullQueue('spring');
  const added = Date.now();
  for (const delay of [90_000, 30_000]) await queue.add('call', {}, { delay, timestamp: added });
  expect(await reader.nextCallAt('spring')).toBe(added + 30_000);
  await queue.close();
});

async function occupy(line: string, ...ends: number[]): Promise<void> {
  for (const end of ends)
    await fixture.redis.zadd(`${fixture.keys.lines}:${line}`, end, `owner-${end}`);
}

describe('lines', () => {
  const lines = { maxConcurrentCalls: 2, assumedCallSeconds: 120 };

  it('are full until so many calls have ended that one more may be on one of them', async () => {
    await occupy(LINE, NOW - 1, NOW + 30_000, NOW + 40_000, NOW + 50_000);
    await occupy(OTHER_LINE, NOW + 60_000, NOW + 70_000);
    expect(await reader.linesFullUntil({ lines, fromPhoneNumber: [LINE] }, NOW)).toBe(NOW + 40_000);
    expect(await reader.linesFullUntil({ lines, fromPhoneNumber: [OTHER_LINE] }, NOW)).toBe(
      NOW + 60_000,
    );
    expect(await reader.linesFullUntil({ lines, fromPhoneNumber: [OTHER_LINE, LINE] }, NOW)).toBe(
      NOW + 40_000,
    );
  });

  it('are not full while one has room, or where there is no limit', async () => {
    await occupy(LINE, NOW + 30_000, NOW + 40_000);
    await occupy(OTHER_LINE, NOW - 1, NOW + 30_000);
    expect(
      await reader.linesFullUntil({ lines, fromPhoneNumber: [LINE, OTHER_LINE] }, NOW),
    ).toBeUndefined();
    expect(await reader.linesFullUntil({ fromPhoneNumber: [LINE] }, NOW)).toBeUndefined();
  });

  it('take what is in flight for answered now', async () => {
    await occupy(LINE, NOW + 160_000, NOW + 165_000);
    expect(await reader.linesFullUntil({ lines, fromPhoneNumber: [LINE] }, NOW)).toBe(
      NOW + 120_000,
    );
  });
});
