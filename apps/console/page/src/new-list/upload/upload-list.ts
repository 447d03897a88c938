import { ApiError } from '@libby-dialer/api-client';
import type { UploadJson } from '@libby-dialer/http-api';
import { client } from '../../live/api.ts';

/** Large enough to be quick, small enough that little is lost by a break. */
const PIECE_BYTES = 4 * 1024 * 1024;
const RETRY_AFTER_MS = 2000;
/**
 * How often a piece may fail while the console answers. After that it is the file that cannot be
 * read.
 */
const MOST_FAILURES = 5;

export interface UploadProgress {
  readonly received: number;
  readonly bytes: number;
  /** The line is broken; it is tried again. */
  readonly isBrokenOff: boolean;
}

interface Upload {
  readonly file: File;
  readonly signal: AbortSignal;
  readonly told: (progress: UploadProgress) => void;
}

/**
 * Brings a file to the console in pieces, however often the line breaks, and never holds more of it
 * than one piece. Resolves with the id of the list. Throws `ApiError` where it is refused, and the
 * signal's reason.
 */
export async function uploadList({ file, signal, told }: Upload): Promise<string> {
  const { name, size: bytes } = file;
  const body = { name, bytes };
  let upload = await client.request('POST /uploads', { body, signal });
  let failures = 0;
  while (upload.received < bytes) {
    told({ ...upload, isBrokenOff: failures > 0 });
    try {
      upload = await putPiece(file, upload, signal);
      failures = 0;
    } catch (error) {
      failures += 1;
      if (isRefusal(error) || failures === MOST_FAILURES) throw error;
      told({ ...upload, isBrokenOff: true });
      upload = await whatHasCome(upload, signal);
    }
  }
  return upload.list;
}

/** The same of a file that is small enough for nobody to ask how far it is. */
export async function bringIn(file: File): Promise<string> {
  if (file.size === 0) throw new Error('The file is empty.');
  const { signal } = new AbortController();
  return await uploadList({ file, signal, told: () => {} });
}

async function putPiece(
  file: File,
  { list, received: from }: UploadJson,
  signal: AbortSignal,
): Promise<UploadJson> {
  const body = file.slice(from, from + PIECE_BYTES);
  return await client.request('PUT /uploads/{list}', {
    params: { list },
    query: { from },
    body,
    signal,
  });
}

/** Asks until the console answers again. */
async function whatHasCome({ list }: UploadJson, signal: AbortSignal): Promise<UploadJson> {
  for (;;) {
    await pause(signal);
    try {
      return await client.request('GET /uploads/{list}', { params: { list }, signal });
    } catch (error) {
      if (isRefusal(error)) throw error;
    }
  }
}

/** Trying again would not help. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.status < 500 && !['other_place', 'broken_off'].includes(error.code);
}

async function pause(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
  signal.throwIfAborted();
}
