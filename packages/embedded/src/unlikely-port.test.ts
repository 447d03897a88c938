import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { onUnlikelyPort, PortTaken } from './unlikely-port.ts';

test('tries other ports while they are taken', async () => {
  await using taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port: takenPort } = taken.address() as { port: number };
  const tried: number[] = [];
  const port = await onUnlikelyPort(async (port) => {
    tried.push(port);
    if (tried.length === 1) throw new PortTaken();
    if (tried.length === 2) await once(createServer().listen(takenPort, '127.0.0.1'), 'listening');
  });
  expect(tried).toHaveLength(3);
  expect(port).toBe(tried[2]);
});

test('gives up at once on anything else, and in the end', async () => {
  let tries = 0;
  const bindWith = (error: Error) => () => {
    tries += 1;
    return Promise.reject(error);
  };
  await expect(onUnlikelyPort(bindWith(new Error('no such program')))).rejects.toThrow(
    'no such program',
  );
  expect(tries).toBe(1);
  await expect(onUnlikelyPort(bindWith(new PortTaken('taken')))).rejects.toThrow('taken');
  expect(tries).toBe(21);
});
