import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { ListError, openList } from '@libby-dialer/call-list';
import { RESULT_COLUMNS, type ResultRecord, resultRecordSchema } from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';

/** Fields of a result that are numbers. */
const NUMBERS: ReadonlySet<string> = new Set([
  'row',
  'sheetRow',
  'line',
  'httpStatus',
  'attempts',
  'revision',
]);

/**
 * The results in a file that `enqueuer results` has written, NDJSON or CSV. Throws `DialerError`
 * (`bad_results_file`) where it is none, or of another campaign.
 */
export async function* exportedResults(
  path: string,
  campaign: string,
): AsyncGenerator<ResultRecord> {
  const records = (await isCsv(path)) ? csvRecords(path) : jsonRecords(path);
  for await (const { line, record } of records) {
    const read = resultRecordSchema.loose().safeParse(record);
    if (!read.success) throw badFile(path, `line ${line} is no result`);
    if (read.data.campaign !== campaign)
      throw badFile(path, `line ${line} is of campaign ${read.data.campaign}`);
    yield read.data;
  }
}

function badFile(path: string, why: string): DialerError {
  const message = `${path} holds no exported results of this campaign: ${why}.`;
  return new DialerError('bad_results_file', message, { kind: 'unprocessable' });
}

async function isCsv(path: string): Promise<boolean> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    const message = `${path} cannot be read (${code}).`;
    throw new DialerError('bad_results_file', message, { kind: 'unprocessable', cause: error });
  }
  await using opened = file;
  const { buffer, bytesRead } = await opened.read(Buffer.alloc(64), 0, 64, 0);
  return !buffer.toString('utf8', 0, bytesRead).startsWith('{');
}

interface Found {
  readonly line: number;
  readonly record: unknown;
}

async function* jsonRecords(path: string): AsyncGenerator<Found> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(path) })) {
    line += 1;
    if (text.trim() === '') continue;
    yield { line, record: parsed(text, path, line) };
  }
}

function parsed(text: string, path: string, line: number): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badFile(path, `line ${line} is no JSON`);
  }
}

async function* csvRecords(path: string): AsyncGenerator<Found> {
  const list = await openList(path, { format: 'csv' });
  try {
    const headings = list.csv?.headings ?? [];
    const isOurs = ['callId', 'campaign', 'outcome'].every((name) => headings.includes(name));
    if (!isOurs)
      throw badFile(path, `its headings are not ${RESULT_COLUMNS.slice(0, 3).join(', ')} …`);
    for await (const rows of list.rows)
      for (const { line, cells = [] } of rows) yield { line, record: recordIn(headings, cells) };
  } catch (error) {
    if (error instanceof ListError) throw badFile(path, error.message);
    throw error;
  } finally {
    list.close();
  }
}

function recordIn(headings: readonly string[], cells: readonly string[]): object {
  const fields = headings.flatMap((heading, index) => {
    const cell = (cells[index] ?? '').replace(/^'(?=[=+\-@\t\r])/, '');
    if (cell === '' && !EMPTY.has(heading)) return [];
    return [[heading, NUMBERS.has(heading) ? Number(cell) : cell]];
  });
  return Object.fromEntries(fields) as object;
}

/** Fields that may be empty, and still are there. */
const EMPTY: ReadonlySet<string> = new Set(['fromPhoneNumber', 'name']);
