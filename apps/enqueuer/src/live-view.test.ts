import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { LiveView } from './live-view.ts';

test('draws over what it has drawn, and no further', async () => {
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 11, rows: 4 });
  const view = new LiveView(output);
  await view.show('one\ntwo\n');
  expect(String(output.read())).toBe('one\u001b[K\ntwo\u001b[K\n\u001b[J');
  await view.show('0123456789ABC\n2\n3\n4\n5\n');
  expect(String(output.read())).toBe('\u001b[2A\r0123456789\u001b[K\n2\u001b[K\n3\u001b[K\n\u001b[J');
  await view.show('end');
  expect(String(output.read())).toBe('\u001b[3A\rend\u001b[K\n\u001b[J');
});
