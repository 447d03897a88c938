import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashList } from './list-hash.ts';
import { openList } from './open-list.ts';

const CSV = 'name,phone\nAnn,+15055550123\nBob,+15055550124\n';
const HASH = createHash('sha256').update(CSV).digest('hex');
const SIGNAL = new AbortController().signal;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'list-hash-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

async function copies(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('libby-list-'));
}

describe('hashList', () => {
  it('names a file by what it holds, packed or not', async () => {
    const path = join(directory, 'list.csv');
    await writeFile(path, CSV);
    expect(await hashList(path, SIGNAL)).toEqual({ hash: HASH, content: undefined });
    await writeFile(path, gzipSync(CSV));
    expect(await hashList(path, SIGNAL)).toEqual({ hash: HASH, content: undefined });
  });

  it('keeps a copy of standard input that has no name', async () => {
    const before = await copies();
    const { hash, content } = await hashList('-', SIGNAL, Readable.from([gzipSync(CSV)]));
    expect(hash).toBe(HASH);
    expect(await copies()).toEqual(before);
    const list = await openList('-', { content });
    const names: (string | undefined)[] = [];
    for await (const rows of list.rows) names.push(...rows.map(({ cells }) => cells?.[0]));
    list.close();
    expect(names).toEqual(['Ann', 'Bob']);
  });

  it('refuses what openList refuses', async () => {
    await expect(hashList(join(directory, 'none.csv'), SIGNAL)).rejects.toMatchObject({
      code: 'list_not_found',
    });
    await expect(hashList(directory, SIGNAL)).rejects.toMatchObject({ code: 'list_not_a_file' });
  });

  it('ends when it is interrupted, however much there is', async () => {
    const stop = new AbortController();
    function* endless() {
      for (let count = 0; ; count += 1) {
        if (count === 3) stop.abort(new Error('interrupted'));
        yield Buffer.alloc(65536, '\n');
      }
    }
    await expect(hashList('-', stop.signal, Readable.from(endless()))).rejects.toThrow(
      'interrupted',
    );
  });
});
