import type { DaemonContext, DaemonPart } from './daemon-part.ts';
import { InboxPart } from './inbox/inbox-part.ts';
import { SchedulePart } from './schedules/schedule-part.ts';

/** What the daemon does. */
export async function buildParts(daemon: DaemonContext): Promise<readonly DaemonPart[]> {
  return [new InboxPart(daemon), new SchedulePart(daemon)];
}
