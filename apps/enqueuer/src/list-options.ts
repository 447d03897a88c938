import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import {
  encodingNamed,
  LIST_ENCODINGS,
  LIST_FORMATS,
  type ListEncoding,
} from '@libby-dialer/call-list';
import { wholeNumberUpTo } from './option-values.ts';

/** The number of rows of an Excel sheet. */
const MOST_ROWS = 1_048_576;

/** How a list is read, where it does not tell by itself: for every command that reads one. */
export const formatOption = () =>
  new Option(
    '--format <format>',
    'format of the list, if its name and content do not tell',
  ).choices(LIST_FORMATS);

export const sheetOption = () =>
  new Option(
    '--sheet <name>',
    'which sheet of an Excel workbook to read, if several hold something',
  );

export const encodingOption = (
  description = 'encoding of a list that is not UTF-8, such as windows-1252',
) => new Option('--encoding <name>', description).argParser(encoding);

export const headerRowOption = (
  description = 'row of the headings, as a spreadsheet numbers it, if a title stands above them',
) => new Option('--header-row <n>', description).argParser(wholeNumberUpTo(MOST_ROWS));

function encoding(name: string): ListEncoding {
  const found = encodingNamed(name);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`It must be one of ${LIST_ENCODINGS.join(', ')}.`);
}
