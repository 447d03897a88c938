import { type Workers, workersJson } from '@libby-dialer/operations';
import { formatDuration } from '@libby-dialer/runtime';
import { type Cell, formatTable } from '../terminal/table.ts';

const HEADING = ['HOST', 'PROCESS', 'VERSION', 'UP FOR', 'IN FLIGHT', 'LAST SEEN', 'STATE'];

/** A row for each worker. */
export function workerTable(workers: Workers, width: number): string {
  return formatTable([HEADING, ...workersJson(workers).workers.map(rowOf(workers))], width);
}

type Worker = ReturnType<typeof workersJson>['workers'][number];

function rowOf({ now }: Workers): (worker: Worker) => Cell[] {
  const since = (instant: string) => formatDuration(now - Date.parse(instant));
  return (worker) => [
    worker.host,
    worker.pid,
    worker.version,
    since(worker.since),
    `${worker.inFlight}/${worker.concurrency}`,
    `${since(worker.lastSeenAt)} ago`,
    stateOf(worker),
  ];
}

function stateOf({ isSilent, isStopping, troubles }: Worker): string {
  if (isSilent) return 'silent: gone, or cut off from Redis';
  if (isStopping) return 'stopping';
  return troubles.length === 0 ? 'dialing' : troubles.join('; ');
}
