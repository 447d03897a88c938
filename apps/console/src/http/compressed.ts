import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** What is shorter fits into a packet or two. */
const COMPRESSED_FROM = 2000;

const compress = promisify(gzip);

export function takesGzip(headers: Headers): boolean {
  const accepted = headers.get('accept-encoding') ?? '';
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(accepted);
}

/**
 * A text as it is sent to whoever asks so; says in the answer's headers what was done to it. Only
 * of what is read: an answer to a POST may hold a token beside words of the request, and its length
 * would tell of it (BREACH).
 */
export async function compressedFor(
  { method, headers: asked }: Request,
  text: string,
  headers: Headers,
): Promise<string | Uint8Array<ArrayBuffer>> {
  if (method !== 'GET') return text;
  headers.append('vary', 'accept-encoding');
  if (text.length < COMPRESSED_FROM || !takesGzip(asked)) return text;
  headers.set('content-encoding', 'gzip');
  return new Uint8Array(await compress(text));
}
