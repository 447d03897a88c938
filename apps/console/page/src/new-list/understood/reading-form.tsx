import { ChoiceField, NumberField, TextField } from '../../kit/fields/fields.tsx';
import type { ChangeDraft, Draft } from '../draft.ts';

/** Those that programs still export in, by the words of their menus. */
const ENCODINGS: readonly (readonly [string, string])[] = [
  ['', 'as it tells by itself, or UTF-8'],
  ['windows-1252', 'Western (Windows-1252)'],
  ['iso-8859-15', 'Western (ISO-8859-15)'],
  ['macintosh', 'Western (Mac)'],
  ['windows-1250', 'Central European'],
  ['windows-1251', 'Cyrillic'],
  ['windows-1253', 'Greek'],
  ['windows-1254', 'Turkish'],
  ['windows-1255', 'Hebrew'],
  ['windows-1256', 'Arabic'],
  ['utf-16le', 'Unicode (UTF-16)'],
  ['shift_jis', 'Japanese'],
  ['gb18030', 'Chinese, simplified'],
  ['big5', 'Chinese, traditional'],
  ['euc-kr', 'Korean'],
];

interface ReadingFormProps {
  readonly draft: Draft;
  readonly change: ChangeDraft;
  readonly isOpen: boolean;
}

/** Where the list does not tell by itself how it is to be read. */
export function ReadingForm({ draft: { reading }, change, isOpen }: ReadingFormProps) {
  const set = (part: Partial<typeof reading>) => change({ reading: { ...reading, ...part } });
  return (
    <details className="more" open={isOpen}>
      <summary>Read it differently</summary>
      <div className="form">
        <NumberField
          label="Row of the headings"
          hint="As the spreadsheet numbers rows; where a title stands above them."
          placeholder="the first"
          value={reading.headerRow}
          onChange={(headerRow) => set({ headerRow })}
        />
        <ChoiceField
          label="Encoding"
          hint="Where letters such as é or ü come out wrong."
          value={reading.encoding ?? ''}
          options={ENCODINGS}
          onChange={(encoding) => set({ encoding: encoding || undefined })}
        />
        <TextField
          label="Sheet"
          hint="Of a workbook with several of them."
          placeholder="the only one"
          value={reading.sheet ?? ''}
          onChange={(sheet) => set({ sheet: sheet || undefined })}
        />
      </div>
    </details>
  );
}
