import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { keyOf, signatureHeaders } from './webhook-signature.ts';

const GUIDE = join(import.meta.dirname, '../../../../docs/guide/results-and-webhooks.md');

interface Receivers {
  readonly isFromLibbyDialer: (headers: object, body: string, secret: string) => boolean;
}

/** What the guide tells receivers to do. */
async function receivers(): Promise<Receivers> {
  const [code = ''] =
    /(?<=```js\n).*?isFromLibbyDialer.*?(?=```)/s.exec(await readFile(GUIDE, 'utf8')) ?? [];
  const directory = await mkdtemp(join(tmpdir(), 'readme-'));
  try {
    const file = join(directory, 'receiver.mjs');
    await writeFile(file, code);
    return (await import(pathToFileURL(file).href)) as Receivers;
  } finally {
    await rm(directory, { recursive: true });
  }
}

test('receivers that verify as the guide says take what is ours, and nothing else', async () => {
  const { isFromLibbyDialer } = await receivers();
  const secrets = [
    `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    'secret-for-tests-and-no-other',
  ];
  const keys = secrets.flatMap((secret) => keyOf(secret) ?? []);
  const body = '{"name":"Zoë"}';
  const timestamp = Math.floor(Date.now() / 1000);
  const headers = signatureHeaders({ id: '1-0', timestamp, body }, keys);
  for (const secret of secrets) expect(isFromLibbyDialer(headers, body, secret)).toBe(true);
  const [secret = ''] = secrets;
  expect(isFromLibbyDialer(headers, '{"name":"Zoe"}', secret)).toBe(false);
  expect(isFromLibbyDialer({ ...headers, 'webhook-id': '2-0' }, body, secret)).toBe(false);
  expect(isFromLibbyDialer(headers, body, 'secret-of-somebody-else-entirely')).toBe(false);
  expect(isFromLibbyDialer({}, body, secret)).toBe(false);
  const old = signatureHeaders({ id: '1-0', timestamp: timestamp - 1000, body }, keys);
  expect(isFromLibbyDialer(old, body, secret)).toBe(false);
});
