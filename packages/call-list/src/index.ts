// Campaign files

export {
  type CampaignFile,
  CampaignFileError,
  campaignToYaml,
  readCampaignFile,
} from './campaign-file.ts';

// A list and its rows

export { type CheckedList, type ListInput, openCheckedList } from './checked-list.ts';
export { LIST_FORMATS, type ListFormat } from './formats/list-format.ts';
export { ListError, type ListErrorCode } from './list-error.ts';
export {
  badEncoding,
  type ListRow,
  MAX_ROW_LENGTH,
  REJECT_CODES,
  type RejectCode,
  type RowProblem,
} from './list-row.ts';
export { type ListSource, openSource } from './list-source.ts';
export { type List, openList } from './open-list.ts';

// Which column is what

export {
  type ColumnField,
  type ColumnOffer,
  type Columns,
  type ColumnUse,
  columnsFor,
} from './columns/columns.ts';

// Whether a row can be called

export { isProblem, RecordChecker } from './checks/check-record.ts';
export { createRowChecker, type RowChecker } from './checks/check-row.ts';
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
