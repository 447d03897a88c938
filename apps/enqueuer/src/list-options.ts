import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import {
  encodingNamed,
  LIST_ENCODINGS,
  LIST_FORMATS,
  type ListEncoding,
} from '@libby-dialer/call-list';
import { wholeNumberUpTo } from './option-values.ts';

/** As many as a sheet of Excel has. */
const MOST_ROWS = 1_048_576;

/** How a list is read, where it does not tell by itself: for every command that reads one. */
export const formatOption = () =>
  new Option(
    '--format <format>',
    'format of the list, where its name and content do not tell',
  ).choices(LIST_FORMATS);

export const sheetOption = () =>
  new Option('--sheet <name>', 'of an Excel workbook, where several of its sheets hold something');

export const encodingOption = (description = 'of a list that is no UTF-8, such as windows-1252') =>
  new Option('--encoding <name>', description).argParser(encoding);

export const headerRowOption = (
  description = 'the row of its headings, as a spreadsheet numbers it, where a title stands above them',
) => new Option('--header-row <n>', description).argParser(wholeNumberUpTo(MOST_ROWS));

function encoding(name: string): ListEncoding {
  const found = encodingNamed(name);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`It must be one of ${LIST_ENCODINGS.join(', ')}.`);
}
