import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Caller } from './caller.ts';
import { whileLetIn } from './while-let-in.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const ada: Caller = { name: 'ada', role: 'operator', by: 'session' };

/** Of which the later ones come after a while. */
async function* pieces() {
  yield Buffer.from('first,');
  vi.advanceTimersByTime(6000);
  yield Buffer.from('second,');
  yield Buffer.from('third');
}

it.each([
  ['is let in no more', async () => undefined, 'first,'],
  ['may do something else now', async () => ({ ...ada, role: 'viewer' as const }), 'first,'],
  ['is still let in', async () => ada, 'first,second,third'],
  ['cannot be told, as Redis is away', () => Promise.reject(new Error('away')), undefined],
])('who %s', async (_, identify, seen = 'first,second,third') => {
  const connection = new AbortController();
  const cut = () => connection.abort();
  const handedOn: Uint8Array[] = [];
  const given = whileLetIn(ReadableStream.from(pieces()), { caller: ada, identify, cut });
  const whole = given.pipeTo(new WritableStream({ write: (piece) => void handedOn.push(piece) }), {
    signal: connection.signal,
  });
  await whole.catch(() => {});
  expect(Buffer.concat(handedOn).toString()).toBe(seen);
});
