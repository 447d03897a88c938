import type { QueuedCall } from './queued-call.ts';
import type { ResultRecord } from './result-record.ts';

/** The fields of a result that say where in which list its call, and its number, came from. */
export type CallSource = Pick<
  ResultRecord,
  'row' | 'list' | 'listHash' | 'sheetRow' | 'line' | 'phoneColumn'
>;

/** @param list what is stored of the list that the call came with */
export function callSource(
  call: Partial<QueuedCall>,
  list: Pick<CallSource, 'list' | 'listHash'> = {},
): CallSource {
  const { row, sheetRow, line = sheetRow, phoneColumn } = call;
  const from = call.list === undefined ? list : call;
  return {
    ...(row !== undefined && { row }),
    ...(from.list !== undefined && { list: from.list }),
    ...(from.listHash !== undefined && { listHash: from.listHash }),
    ...(sheetRow !== undefined && { sheetRow }),
    ...(line !== undefined && { line }),
    ...(phoneColumn !== undefined && { phoneColumn }),
  };
}
