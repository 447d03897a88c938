export {
  type CallRecord,
  type CallRecordInput,
  callRecordSchema,
  clockSchema,
  instantText,
  RECORD_FIELDS,
  type RecordField,
} from './call-record.ts';
export { isClock, isZone } from './zone-name.ts';
