import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { instantOrNull } from '@libby-dialer/dialing';
import type { ApiAnswer } from '@libby-dialer/http-api';
import type { RowForesight } from '@libby-dialer/operations';
import { DialerError } from '@libby-dialer/runtime';

type VerdictJson = ApiAnswer<'GET /lists/{list}/verdicts'>['rows'][number];

function verdictJson(row: RowForesight): VerdictJson {
  return {
    line: row.line,
    sheetRow: row.sheetRow ?? null,
    verdict: row.verdict,
    fate: row.fate,
    code: row.code ?? null,
    reason: row.reason ?? null,
    phoneColumn: row.phoneColumn ?? null,
    passedOver: [...(row.passedOver ?? [])],
    at: instantOrNull(row.at),
    zones: [...(row.time?.zones ?? [])],
  };
}

/** Writes the verdicts of a check as they come, a line each. */
export async function writeVerdicts(
  path: string,
  rows: AsyncIterable<readonly RowForesight[]>,
): Promise<void> {
  await using file = await open(path, 'w', 0o600);
  for await (const some of rows)
    await file.write(some.map((row) => `${JSON.stringify(verdictJson(row))}\n`).join(''));
}

export interface VerdictPage {
  /** How many lines to pass over. */
  readonly from: number;
  readonly limit: number;
  readonly verdict?: VerdictJson['verdict'] | undefined;
}

/** Throws `DialerError` (`not_checked`). */
export async function readVerdicts(
  path: string,
  { from, limit, verdict }: VerdictPage,
): Promise<{ rows: VerdictJson[]; next: number | undefined }> {
  const rows: VerdictJson[] = [];
  let place = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(path) })) {
      place += 1;
      if (place <= from) continue;
      if (rows.length === limit) return { rows, next: place - 1 };
      const row = JSON.parse(line) as VerdictJson;
      if (verdict === undefined || row.verdict === verdict) rows.push(row);
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    const message = 'The list was not checked yet.';
    throw new DialerError('not_checked', message, { kind: 'conflict', cause });
  }
  return { rows, next: undefined };
}
