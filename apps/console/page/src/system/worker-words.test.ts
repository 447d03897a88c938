import type { WorkerJson } from '@libby-dialer/http-api';
import { expect, test } from 'vitest';
import { formatBytes, hasOtherVersions, workerText } from './worker-words.ts';

const WORKER = {
  isSilent: false,
  isStopping: false,
  troubles: [],
  version: '1',
} as Partial<WorkerJson> as WorkerJson;

test('a worker that is gone is told as such, whatever it said last', () => {
  const troubles = ['Redis is full.'];
  expect(workerText(WORKER)).toBe('dialing');
  expect(workerText({ ...WORKER, troubles })).toBe('in trouble');
  expect(workerText({ ...WORKER, troubles, isStopping: true })).toBe('stopping');
  expect(workerText({ ...WORKER, troubles, isSilent: true })).toBe('silent: gone, or cut off');
});

test('versions are compared among those that are there', () => {
  const other = { ...WORKER, version: '2' };
  expect(hasOtherVersions([WORKER, other])).toBe(true);
  expect(hasOtherVersions([WORKER, { ...other, isSilent: true }])).toBe(false);
});

test.each([
  [0, '0 bytes'],
  [1536, '1.5 KB'],
  [250 * 1024 * 1024, '250 MB'],
  [3 * 1024 ** 4, '3.0 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
