import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ListError } from '../list-error.ts';
import {
  decodeText,
  encodingOf,
  looksLikeWindows1252,
  refuseBinary,
  withGuesses,
} from './decode-text.ts';
import { encodingNamed, LIST_ENCODINGS, type ListEncoding } from './encodings.ts';

async function decode(chunks: readonly Buffer[], encoding: ListEncoding): Promise<string> {
  let text = '';
  for await (const piece of decodeText(Readable.from(chunks), encoding)) text += piece;
  return text;
}

function chunksOf(bytes: Buffer, size: number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes).swap16();
}

const text = fc.string({
  unit: fc.constantFrom('a', '\n', 'é', '€', '😀', '\ufffd'),
  maxLength: 40,
});
const chunkSize = fc.integer({ min: 1, max: 7 });

describe('decodeText', () => {
  it('decodes each encoding, with a byte order mark or without, however the bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(text, chunkSize, fc.boolean(), async (text, size, bom) => {
        const written = bom ? `\ufeff${text}` : text;
        const le = Buffer.from(written, 'utf16le');
        expect(await decode(chunksOf(Buffer.from(written), size), 'utf-8')).toBe(text);
        expect(await decode(chunksOf(le, size), 'utf-16le')).toBe(text);
        expect(await decode(chunksOf(swapped(le), size), 'utf-16be')).toBe(text);
      }),
    );
  });

  it('makes bytes that are no text known by lone surrogates, in their own line only', async () => {
    const line = fc
      .uint8Array({ maxLength: 8 })
      .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0x0a)));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 6 }),
        chunkSize,
        async (lines, size) => {
          const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
          fc.pre(bytes[0] !== 0xef);
          const decoded = (await decode(chunksOf(bytes, size), 'utf-8')).split('\n');
          for (const [index, line] of lines.entries()) {
            const readable = line.toString('utf8');
            const isText = Buffer.from(readable).equals(line) && !readable.includes('\0');
            expect(decoded[index]?.isWellFormed() === true ? decoded[index] : 'no text').toBe(
              isText ? readable : 'no text',
            );
          }
        },
      ),
    );
  });

  it('decodes what older programs write, however the bytes come', async () => {
    for (const [encoding, bytes, written] of [
      ['windows-1252', 'J\xfcrgen\x80\x96', 'Jürgen€–'],
      ['windows-1251', '\xc0\xed\xed\xe0', 'Анна'],
      ['shift_jis', '\x89\xd4\x8eq', '花子'],
      ['macintosh', 'J\x9frgen', 'Jürgen'],
    ] as const) {
      for (const size of [1, 3, 100])
        expect(await decode(chunksOf(Buffer.from(bytes, 'latin1'), size), encoding)).toBe(written);
    }
  });

  it('never fails in any encoding, and takes nothing for text that is none', async () => {
    const anything = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    const encodings = fc.constantFrom(...LIST_ENCODINGS);
    await fc.assert(
      fc.asyncProperty(anything, encodings, chunkSize, async (bytes, encoding, size) => {
        const text = await decode(chunksOf(bytes, size), encoding);
        expect(text).toBe(await decode([bytes], encoding));
        expect(text).not.toMatch(/\0/);
        const isUnicode = encoding.startsWith('utf-');
        expect(isUnicode || !/[\u0080-\u009f\ufffd]/.test(text)).toBe(true);
      }),
    );
    expect((await decode([Buffer.from('a\x81b', 'latin1')], 'windows-1252')).isWellFormed()).toBe(
      false,
    );
    expect((await decode([Buffer.from('\x89', 'latin1')], 'shift_jis')).isWellFormed()).toBe(false);
  });

  it('does not fail where a character turns out to be none in the next chunk', async () => {
    for (const [encoding, bytes] of [
      ['gb18030', 'a\n\x81\x30\0b'],
      ['euc-jp', 'a\t\x8f\xd5\x9ab'],
    ] as const) {
      const whole = Buffer.from(bytes, 'latin1');
      const text = await decode([whole], encoding);
      expect(text).toMatch(/^a.*b$/s);
      for (const size of [1, 2, 3])
        expect(await decode(chunksOf(whole, size), encoding)).toBe(text);
    }
  });

  it('goes on through a megabyte without a space', async () => {
    const chunk = Buffer.from('\x89\xd4\x8eq'.repeat(100_000), 'latin1');
    const text = await decode([chunk, chunk, chunk, Buffer.from(' a')], 'shift_jis');
    expect(text).toBe(`${'花子'.repeat(300_000)} a`);
  });

  it('knows UTF-16 that ends within a character', async () => {
    expect(await decode([Buffer.from('a\0b', 'latin1')], 'utf-16le')).toBe('a\udc00');
  });
});

describe('encodingOf', () => {
  it.each([
    ['\xff\xfea\0', 'utf-16le'],
    ['\xfe\xff\0a', 'utf-16be'],
    ['\xef\xbb\xbfa', 'utf-8'],
    ['name\n', 'utf-8'],
  ])('goes by the byte order mark: %j', (bytes, encoding) => {
    expect(encodingOf(Buffer.from(bytes, 'latin1'))).toBe(encoding);
  });

  it.each(['utf-16le', 'utf-16be'] as const)('offers %s where a list does not say so', (name) => {
    const le = Buffer.from('name\n', 'utf16le');
    const bytes = name === 'utf-16le' ? le : swapped(le);
    expect(() => encodingOf(bytes)).toThrow(ListError);
    expect(() => encodingOf(bytes)).toThrow(`say encoding ${name}, or save it as UTF-8`);
    expect(encodingOf(bytes, name)).toBe(name);
  });

  it('takes what a person says where there is no byte order mark', () => {
    expect(encodingOf(Buffer.from('J\xfcrgen', 'latin1'), 'windows-1252')).toBe('windows-1252');
    expect(encodingOf(Buffer.from('\ufeffJürgen'), 'windows-1252')).toBe('utf-8');
  });
});

describe('encodingNamed', () => {
  it.each([
    ['windows-1252', 'windows-1252'],
    ['CP1252', 'windows-1252'],
    ['Latin1', 'windows-1252'],
    ['ISO-8859-15', 'iso-8859-15'],
    ['UTF-8', 'utf-8'],
    ['sjis', 'shift_jis'],
    ['iso-2022-jp', undefined],
    ['klingon', undefined],
    ['', undefined],
  ])('%s is %s', (name, encoding) => {
    expect(encodingNamed(name)).toBe(encoding);
  });

  it('knows each of its own', () => {
    expect(LIST_ENCODINGS.map(encodingNamed)).toEqual(LIST_ENCODINGS);
  });
});

describe('looksLikeWindows1252', () => {
  it.each([
    ['Name;Ort\nJ\xfcrgen Wei\xdf;K\xf6ln', true],
    ['Zo\xeb \x96 caf\xe9 \xf0\x9f\x98\x80', true],
    ['J\x81rgen', false],
    ['\xc0\xed\xed\xe0;\xcc\xee\xf1\xea\xe2\xe0', false],
    ['Ada', false],
  ])('%j: %s', async (bytes, isIt) => {
    const text = await decode([Buffer.from(bytes, 'latin1')], 'utf-8');
    expect(looksLikeWindows1252(text)).toBe(isIt);
  });
});

describe('refuseBinary', () => {
  it.each([
    '\x7fELF\x02\x01\x01\0\0\0\0\n',
    '\x89PNG\r\n\x1a\n\0\0\0\rIHDR',
    '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0',
    'SQLite format 3\0\x10\0',
    'PAR1\x15\x04\n\0\0\0',
  ])('refuses what begins as no list does: %j', async (bytes) => {
    const text = await decode([Buffer.from(bytes, 'latin1')], 'utf-8');
    expect(() => refuseBinary(text)).toThrow('The list is a binary file, not text');
  });

  it.each([
    'name,phone\nA\0da,1\n',
    '[{"name": "Ada"},\n{"name": "B\0en"}]',
    'name,phone\n\xfc,1\n',
  ])('leaves it to the rows where only they hold what is no text: %j', async (bytes) => {
    const text = await decode([Buffer.from(bytes, 'latin1')], 'utf-8');
    expect(() => refuseBinary(text)).not.toThrow();
  });
});

describe('withGuesses', () => {
  it('reads as windows-1252 what is no UTF-8, and nothing else', async () => {
    const bytes = Buffer.concat([
      Buffer.from('J\xfcrgen \x80\x96\x9f\x81,', 'latin1'),
      Buffer.from('Zoë 😀\n\0'),
    ]);
    for (const size of [1, 3, 100]) {
      expect(withGuesses(await decode(chunksOf(bytes, size), 'utf-8'))).toBe(
        'Jürgen €–Ÿ\ufffd,Zoë 😀\n\ufffd',
      );
    }
  });
});
