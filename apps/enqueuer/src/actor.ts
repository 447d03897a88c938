import { hostname, userInfo } from 'node:os';
import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { Actor } from '@libby-dialer/operations';

const LONGEST_NAME = 100;

/** The option of every command that decides something. */
export const BY = [
  '--by <who>',
  'who decides it; kept for audit (default: your user name)',
  nameOf,
] as const;

function nameOf(text: string): string {
  const name = text.trim();
  if (name.length >= 1 && name.length <= LONGEST_NAME) return name;
  throw new InvalidArgumentError(`It must be a name of 1 to ${LONGEST_NAME} characters.`);
}

/** Whoever runs the command. @param by left out: the user of the operating system */
export function actorOf(by?: string): Actor {
  return { name: by ?? nameOfUser(), via: 'cli', from: hostname() };
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container a user may have no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
