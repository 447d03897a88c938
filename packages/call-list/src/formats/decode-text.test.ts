import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ListError } from '../list-error.ts';
import {
  decodeText,
  type Encoding,
  refuseBinary,
  sniffEncoding,
  withGuesses,
} from './decode-text.ts';

async function decode(chunks: readonly Buffer[], encoding: Encoding): Promise<string> {
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

  it('knows UTF-16 that ends within a character', async () => {
    expect(await decode([Buffer.from('a\0b', 'latin1')], 'utf-16le')).toBe('a\udc00');
  });
});

describe('sniffEncoding', () => {
  it.each([
    ['\xff\xfea\0', 'utf-16le'],
    ['\xfe\xff\0a', 'utf-16be'],
    ['\xef\xbb\xbfa', 'utf-8'],
    ['name\n', 'utf-8'],
  ])('goes by the byte order mark: %j', (bytes, encoding) => {
    expect(sniffEncoding(Buffer.from(bytes, 'latin1'))).toBe(encoding);
  });

  it('refuses UTF-16 that does not say so', () => {
    const bytes = Buffer.from('name\n', 'utf16le');
    expect(() => sniffEncoding(bytes)).toThrow(ListError);
    expect(() => sniffEncoding(bytes)).toThrow('UTF-16 without a byte order mark');
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
