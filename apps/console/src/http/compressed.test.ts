import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { compressedFor, takesGzip } from './compressed.ts';

test.each([
  ['gzip', true],
  ['br, gzip;q=0.5', true],
  ['gzip;q=0', false],
  ['gzip; q=0.0, br', false],
  ['br', false],
  ['', false],
])('accept-encoding: %s', (accepted, takes) => {
  expect(takesGzip(new Headers({ 'accept-encoding': accepted }))).toBe(takes);
});

async function send(text: string, accepted: string, method = 'GET') {
  const headers = new Headers();
  const asked = { method, headers: { 'accept-encoding': accepted } };
  const sent = await compressedFor(new Request('http://localhost', asked), text, headers);
  return { sent, encoding: headers.get('content-encoding'), vary: headers.get('vary') };
}

test('what is long and was only read is compressed for whoever takes that', async () => {
  const long = 'calls '.repeat(1000);
  const { sent, ...said } = await send(long, 'gzip');
  expect(gunzipSync(sent).toString()).toBe(long);
  expect(said).toEqual({ encoding: 'gzip', vary: 'accept-encoding' });
  expect(await send(long, 'br')).toMatchObject({ sent: long, encoding: null });
  expect(await send('short', 'gzip')).toMatchObject({ sent: 'short', encoding: null });
  expect(await send(long, 'gzip', 'POST')).toMatchObject({ sent: long, encoding: null });
});
