import { eventually } from '@libby-dialer/testkit';
import { expect, test, vi } from 'vitest';
import { runService } from './service.ts';

const never = () => Promise.withResolvers<never>().promise;

function service({ start = async () => {}, stop = async () => {} }) {
  return { start: vi.fn<() => Promise<void>>(start), stop: vi.fn<() => Promise<void>>(stop) };
}

test('a service runs until the signal, then stops once', async () => {
  const abort = new AbortController();
  const worker = service({});
  const run = runService(worker, { signal: abort.signal, stopWithinMs: 1000 });
  await eventually(() => expect(worker.start).toHaveBeenCalledOnce());
  expect(worker.stop).not.toHaveBeenCalled();
  abort.abort();
  await run;
  expect(worker.stop).toHaveBeenCalledOnce();
});

test('a signal during a start that hangs stops it', async () => {
  const abort = new AbortController();
  const worker = service({ start: never });
  const run = runService(worker, { signal: abort.signal, stopWithinMs: 1000 });
  abort.abort();
  await run;
  expect(worker.stop).toHaveBeenCalledOnce();
});

test('a signal before the start leaves it out', async () => {
  const worker = service({});
  await runService(worker, { signal: AbortSignal.abort(), stopWithinMs: 1000 });
  expect(worker.start).not.toHaveBeenCalled();
});

test('a start that fails is what is told, also when stopping fails after it', async () => {
  const worker = service({
    start: () => Promise.reject(new Error('no Redis')),
    stop: () => Promise.reject(new Error('x')),
  });
  const run = runService(worker, { signal: new AbortController().signal, stopWithinMs: 1000 });
  await expect(run).rejects.toThrow('no Redis');
  expect(worker.stop).toHaveBeenCalledOnce();
});

test('a stop that hangs ends at the deadline', async () => {
  const abort = new AbortController();
  const run = runService(service({ stop: never }), { signal: abort.signal, stopWithinMs: 5 });
  abort.abort();
  await expect(run).rejects.toMatchObject({ code: 'stop_timeout', kind: 'failed' });
});
