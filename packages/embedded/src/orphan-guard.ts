import { type ChildProcess, spawn } from 'node:child_process';

export interface OrphanGuardOptions {
  /** Removed after the child. */
  readonly folder?: string;
  /** TERM for a child that has something to finish; KILL unless given. */
  readonly signal?: 'TERM' | 'KILL';
}

/**
 * Waits for a line. If its input ends without one, its parent is gone: end the child and remove the
 * folder.
 */
const GUARD = 'read -r line || { kill -s "$2" "$1"; if [ -n "$3" ]; then rm -rf -- "$3"; fi; }';

/**
 * Lets the child (and its folder) not outlive this process, however this process ends: an `exit`
 * handler would not run after a kill -9, and test runners end a stuck worker that way. Stands down
 * when the child has exited, so that its number can be given to another process without harm. A
 * child that could not be started needs none.
 */
export function guardAgainstOrphan(
  child: ChildProcess,
  { folder = '', signal = 'KILL' }: OrphanGuardOptions = {},
): void {
  if (child.pid === undefined) return;
  const guard = spawn('/bin/sh', ['-c', GUARD, 'orphan-guard', `${child.pid}`, signal, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Its own process group: Ctrl-C must not take the guard before it has done its work.
    detached: true,
  });
  guard.unref();
  // A guard that is gone already needs no telling.
  guard.stdin.on('error', () => undefined);
  child.once('exit', () => guard.stdin.end('done\n'));
}
