import type { DaemonContext, DaemonPart } from './daemon-part.ts';

/** What the daemon does. */
export async function buildParts(_daemon: DaemonContext): Promise<readonly DaemonPart[]> {
  return [];
}
