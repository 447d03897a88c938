import { userInfo } from 'node:os';

/** Who decided: as given, else the user of the operating system. */
export function deciderOf(by: string | undefined): string {
  return by ?? nameOfUser();
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container a user may have no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
