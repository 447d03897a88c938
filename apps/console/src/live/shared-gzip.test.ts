import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { GzipOfParts, SharedPart } from './shared-gzip.ts';

test('parts are one gzip stream, whichever of them it has and in whatever order', () => {
  const parts = ['first ', 'second, of more than one byte: ü ', 'third '.repeat(50_000)].map(
    (text) => new SharedPart(text),
  );
  for (const order of [[0, 1, 2], [2, 0], [1, 1, 1], []]) {
    const gzip = new GzipOfParts();
    const chosen = order.map((index) => parts[index] as SharedPart);
    const sent = Buffer.concat([gzip.begin(), ...chosen.map((part) => gzip.add(part)), gzip.end()]);
    // It throws where the checksum or the length is another.
    expect(gunzipSync(sent)).toEqual(Buffer.concat(chosen.map(({ plain }) => plain)));
  }
});

test('what is not at its end can be read as far as it is', () => {
  const gzip = new GzipOfParts();
  const sent = Buffer.concat([gzip.begin(), gzip.add(new SharedPart('data: 1\n\n'))]);
  expect(gunzipSync(sent, { finishFlush: 2 }).toString()).toBe('data: 1\n\n');
});
