import { PassThrough } from 'node:stream';
import { createLogger } from '@libby-dialer/runtime';
import { expect, test } from 'vitest';
import { Progress, progressLine } from './progress.ts';

const view = {
  rows: 12_000,
  taken: { queued: 11_000 },
  rejected: 3,
  bytesRead: 25,
  bytesTotal: 100,
};

test('the bar tells share, speed and how long it will take', () => {
  expect(progressLine(view, 30_000)).toBe(
    '██████░░░░░░░░░░░░░░░░░░   25 %  12,000 rows  400/s  3 rejected  1 min 30 s left',
  );
});

test('where nobody knows how much there is, it tells the rest', () => {
  expect(progressLine({ ...view, rejected: 0, bytesTotal: undefined }, 0)).toBe('12,000 rows  0/s');
});

function shown(isTTY: boolean): string {
  const output = Object.assign(new PassThrough(), { isTTY, columns: 40 });
  let nowMs = 0;
  const logger = createLogger({ level: 'info', name: 'enqueuer', destination: output });
  {
    using progress = new Progress(
      output,
      logger,
      () => view,
      () => nowMs,
    );
    progress.start();
    nowMs = 30_000;
    progress.show();
  }
  return String(output.read());
}

test('on a terminal it stays on its line and leaves nothing', () => {
  const text = shown(true);
  const erase = '\r\u001b[K';
  expect(text.startsWith(`${erase}██████░`)).toBe(true);
  expect(text.endsWith(erase)).toBe(true);
  expect(text).not.toContain('\n');
  expect(text.length).toBeLessThan(40 + 8);
});

test('elsewhere it is a log line', () => {
  expect(JSON.parse(shown(false))).toMatchObject({
    msg: 'loading',
    rows: 12_000,
    queued: 11_000,
    rowsPerSecond: 400,
    etaSeconds: 90,
  });
});
