// Campaign files

export {
  type CampaignFile,
  CampaignFileError,
  campaignToYaml,
  readCampaignFile,
} from './campaign-file.ts';

// A list and its rows

export { type CheckedList, type ListInput, openCheckedList } from './checked-list.ts';
export { encodingNamed, LIST_ENCODINGS, type ListEncoding } from './formats/encodings.ts';
export { LIST_FORMATS, type ListFormat } from './formats/list-format.ts';
export { ListError, type ListErrorCode } from './list-error.ts';
export { type ListReading, readingOf } from './list-reading.ts';
export {
  badEncoding,
  type ListRow,
  MAX_ROW_LENGTH,
  placeOf,
  REJECT_CODES,
  type RejectCode,
  type RowOrigin,
  type RowPlace,
  type RowProblem,
} from './list-row.ts';
export { type ListSource, openSource } from './list-source.ts';
export { type List, openList } from './open-list.ts';
export { placesText, placeText, spanText } from './place-text.ts';

// What a list was taken for

export {
  type SampleCall,
  type Understanding,
  type UnderstoodColumn,
  understandList,
  understandRows,
} from './understand-list.ts';

// Which column is what

export {
  type ColumnField,
  type ColumnOffer,
  type Columns,
  type ColumnUse,
  columnsFor,
} from './columns/columns.ts';

// A list given back with columns beside its own

export { csvCell } from './formats/csv-cell.ts';
export { formatGiven, type Joining, joinedList } from './joined/joined-list.ts';
export type { BesideValue, JoinedRow, JoinedText } from './joined/joined-row.ts';
export { newWorkbook } from './joined/new-workbook.ts';
export { originOf } from './rejects/row-origin.ts';
export { openUnnamedFile } from './unnamed-file.ts';

// Whether a row can be called

export { CallNumbers } from './checks/call-numbers.ts';
export { isProblem, RecordChecker } from './checks/check-record.ts';
export { createRowChecker, type RowChecker } from './checks/check-row.ts';
export { type PassedOver, passedOverText } from './checks/choose-phone.ts';
export { DuplicateFilter } from './checks/duplicate-filter.ts';
export { jsonRow } from './formats/json-record.ts';
export { JsonRows } from './formats/json-rows.ts';

// Lists of numbers alone

export {
  countriesIn,
  findNumberColumns,
  type NumberColumns,
  nameNumberColumns,
  numberIn,
} from './columns/number-columns.ts';

// Rows that cannot be called, and files that appear when they are complete

export { FORMULA } from './rejects/formula-guard.ts';
export { PartFile } from './rejects/part-file.ts';
export { nameOfList, type Reject, RejectsFile, rejectsPathOf } from './rejects/rejects-file.ts';
