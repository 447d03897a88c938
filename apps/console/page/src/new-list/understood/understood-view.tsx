import { ApiError } from '@libby-dialer/api-client';
import type { UnderstoodListJson } from '@libby-dialer/http-api';
import type { CampaignFile, EditCampaign } from '../../campaigns/campaign-file.ts';
import { Button } from '../../kit/frame/button.tsx';
import { Failure } from '../../kit/frame/failure.tsx';
import { Notice } from '../../kit/frame/notice.tsx';
import { countOf } from '../../kit/words/numbers.ts';
import type { ChangeDraft, Draft } from '../draft.ts';
import { fieldWords } from './columns.ts';
import { ColumnsTable } from './columns-table.tsx';
import { isHopeless, likelierEncoding, odditiesOf } from './oddities.ts';
import { ReadingForm } from './reading-form.tsx';
import type { Understood } from './use-understood.ts';

interface UnderstoodViewProps {
  readonly understood: Understood;
  readonly draft: Draft;
  readonly file: Partial<CampaignFile>;
  readonly change: ChangeDraft;
  readonly edit: EditCampaign;
}

/** How the list was read, what each column was taken for, and what is odd about it. */
export function UnderstoodView({ understood, draft, file, change, edit }: UnderstoodViewProps) {
  const { data, error } = understood;
  return (
    <div className="stack">
      {isWhichSheet(error) ? (
        <SheetQuestion sheets={error.choices} draft={draft} change={change} />
      ) : (
        <Failure error={error} />
      )}
      {data !== undefined && (
        <>
          <p>{readText(data)}</p>
          {data.problem !== null && (
            <Notice kind="alarm" title="It is not known whom to call:">
              {problemText(data.problem)} Say below which column holds what, or from which row the
              list is read.
            </Notice>
          )}
          {odditiesOf(data).map((sentence) => (
            <Notice key={sentence} kind={isHopeless(data) ? 'alarm' : 'note'}>
              {sentence}
            </Notice>
          ))}
          <OtherEncoding encoding={likelierEncoding(data)} draft={draft} change={change} />
          <ColumnsTable
            columns={data.columns}
            isUnclear={data.problem !== null}
            named={file.columns ?? {}}
            edit={edit}
          />
        </>
      )}
      <ReadingForm
        draft={draft}
        change={change}
        isOpen={data !== undefined && data.problem !== null}
      />
    </div>
  );
}

function isWhichSheet(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === 'list_which_sheet';
}

interface SheetQuestionProps {
  readonly sheets: readonly string[];
  readonly draft: Draft;
  readonly change: ChangeDraft;
}

function SheetQuestion({ sheets, draft: { reading }, change }: SheetQuestionProps) {
  return (
    <Notice
      kind="note"
      title="The workbook has several sheets: which one is the list?"
      actions={sheets.map((sheet) => (
        <Button key={sheet} onClick={() => change({ reading: { ...reading, sheet } })}>
          <bdi className="clip">{sheet}</bdi>
        </Button>
      ))}
    />
  );
}

interface OtherEncodingProps {
  readonly encoding: string | undefined;
  readonly draft: Draft;
  readonly change: ChangeDraft;
}

/** Spares somebody to look for where it is said. */
function OtherEncoding({ encoding, draft: { reading }, change }: OtherEncodingProps) {
  if (encoding === undefined) return null;
  return (
    <Button kind="main" onClick={() => change({ reading: { ...reading, encoding } })}>
      Read it as {encoding}
    </Button>
  );
}

const FORMATS: Readonly<Record<string, string>> = {
  csv: 'CSV',
  json: 'JSON',
  ndjson: 'NDJSON',
  xlsx: 'Excel',
};

function readText({ format, sheet, encoding, headingsRow, rows, isWhole }: UnderstoodListJson) {
  const parts = [
    FORMATS[format] ?? format,
    sheet !== null && `sheet “${sheet}”`,
    encoding,
    headingsRow !== null && `headings in row ${headingsRow}`,
    isWhole ? countOf(rows, 'row') : `the first ${countOf(rows, 'row')} looked at`,
  ].filter((part) => part !== false && part !== null);
  return parts.join(' · ');
}

/** A campaign file is nothing that its reader has seen. */
function problemText({ code, reason }: { readonly code: string; readonly reason: string }): string {
  if (code !== 'list_ambiguous_column') return reason;
  const [whole = ''] = reason.split(';', 1);
  return `${whole.replace(/may be (\w+)/, (_, field: string) => `may be ${fieldWords(field)}`)}.`;
}
