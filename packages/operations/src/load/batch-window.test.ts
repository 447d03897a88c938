import { expect, test } from 'vitest';
import { BatchWindow } from './batch-window.ts';

function gate() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  return { promise, resolve, reject };
}

test('no more batches than that are under way, and the next begins when the oldest is through', async () => {
  const window = new BatchWindow<number>(2);
  const gates = [gate(), gate(), gate()];
  const begun: number[] = [];
  const start = (batch: number) =>
    window.start(batch, async () => {
      begun.push(batch);
      await gates[batch]?.promise;
    });
  await start(0);
  await start(1);
  const third = start(2);
  gates[1]?.resolve();
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  expect(window.batches).toEqual([0, 1]);
  gates[0]?.resolve();
  await third;
  expect(begun).toEqual([0, 1, 2]);
  gates[2]?.resolve();
  await window.end();
  expect(window.batches).toEqual([]);
});

test('after a failure none begins, and the end waits for those under way', async () => {
  const window = new BatchWindow<number>(2);
  const [failing, slow] = [gate(), gate()];
  await window.start(0, () => failing.promise);
  await window.start(1, () => slow.promise);
  failing.reject(new Error('refused'));
  await expect(window.start(2, () => expect.unreachable())).rejects.toThrow('refused');
  let isOver = false;
  const end = window.end().finally(() => {
    isOver = true;
  });
  end.catch(() => {});
  await Promise.resolve();
  expect(isOver).toBe(false);
  slow.resolve();
  await expect(end).rejects.toThrow('refused');
});
