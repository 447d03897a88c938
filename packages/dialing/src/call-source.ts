import type { QueuedCall } from './queued-call.ts';
import type { ResultRecord } from './result-record.ts';

/** The fields of a result that say from which row of which list its call came. */
export type CallSource = Pick<ResultRecord, 'row' | 'list' | 'listHash' | 'sheetRow' | 'line'>;

/** @param list what is stored of the list that the call came with */
export function callSource(
  call: Partial<QueuedCall>,
  list: Pick<CallSource, 'list' | 'listHash'> = {},
): CallSource {
  const { row, sheetRow, line = sheetRow } = call;
  const from = call.list === undefined ? list : call;
  return {
    ...(row !== undefined && { row }),
    ...(from.list !== undefined && { list: from.list }),
    ...(from.listHash !== undefined && { listHash: from.listHash }),
    ...(sheetRow !== undefined && { sheetRow }),
    ...(line !== undefined && { line }),
  };
}
