import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A Redis that tests may share, instead of starting one. */
export function sharedRedisUrl(): string | undefined {
  return process.env['REDIS_URL'] || undefined;
}

/** The environment for a child: ours with these changes; undefined takes a variable away. */
export function environmentWith(changes: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries({ ...process.env, ...changes });
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Where the PATH leads, if anywhere. */
export function findOnPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
