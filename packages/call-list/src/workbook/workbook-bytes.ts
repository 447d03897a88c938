import { ListError } from '../list-error.ts';

/** How the zip files begin that workbooks are. */
export function isZip(sample: Buffer): boolean {
  return sample.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004';
}

/** Refuses a workbook in the format before .xlsx, in which protected ones are wrapped as well. */
export function refuseOldWorkbook(sample: Buffer): void {
  if (!sample.subarray(0, 8).equals(Buffer.from('d0cf11e0a1b11ae1', 'hex'))) return;
  if (sample.includes(Buffer.from('EncryptedPackage', 'utf16le'))) throw protectedWorkbook();
  throw new ListError(
    'other_format',
    'The list is a workbook in the old .xls format, or one with a password: save it as .xlsx without one.',
  );
}

export function protectedWorkbook(): ListError {
  return new ListError(
    'other_format',
    'The workbook is protected by a password: save it as .xlsx without one.',
  );
}
