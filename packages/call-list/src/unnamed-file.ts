import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file that only this process can see: it has no name any more, and is gone with the process. */
export async function openUnnamedFile(): Promise<FileHandle> {
  const directory = await mkdtemp(join(tmpdir(), 'libby-list-'));
  try {
    return await open(join(directory, 'list'), 'wx+', 0o600);
  } finally {
    await rm(directory, { recursive: true });
  }
}
