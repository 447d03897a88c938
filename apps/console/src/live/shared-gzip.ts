import { constants, crc32, deflateRawSync } from 'node:zlib';

/** Bytes that are sent in many streams, and compressed once for all of them. */
export class SharedPart {
  readonly plain: Buffer;
  #deflated: Buffer | undefined;

  constructor(text: string) {
    this.plain = Buffer.from(text);
  }

  /**
   * As a part of a deflate stream that needs nothing of what stands before it, and leaves its end
   * open (RFC 1951, as zlib's full flush has it).
   */
  get deflated(): Buffer {
    this.#deflated ??= deflateRawSync(this.plain, { finishFlush: constants.Z_FULL_FLUSH });
    return this.#deflated;
  }
}

/** No name, no time (RFC 1952). */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
const LAST_BLOCK = Buffer.from([3, 0]);

/** One gzip stream (RFC 1952) of such parts. */
export class GzipOfParts {
  #checksum = 0;
  #length = 0;

  begin(): Buffer {
    return HEADER;
  }

  add(part: SharedPart): Buffer {
    this.#checksum = crc32(part.plain, this.#checksum);
    this.#length += part.plain.length;
    return part.deflated;
  }

  end(): Buffer {
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(this.#checksum, 0);
    trailer.writeUInt32LE(this.#length % 2 ** 32, 4);
    return Buffer.concat([LAST_BLOCK, trailer]);
  }
}
