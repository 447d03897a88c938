import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { instantOrNull } from '@libby-dialer/dialing';
import type { ApiAnswer } from '@libby-dialer/http-api';
import type { RowForesight } from '@libby-dialer/operations';
import { DialerError } from '@libby-dialer/runtime';

const ONLY_OWN = 0o600;

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
    rules: [...(row.time?.rules ?? [])],
  };
}

/**
 * Keeps the verdicts of a check as they come, a line each. Of one that breaks off there are none:
 * they would be taken for all.
 */
export async function keepVerdicts<Result>(
  path: string,
  check: (keep: (rows: readonly RowForesight[]) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  return await keepRows(path, async (write) =>
    check((rows) => write(rows.map((row) => `${JSON.stringify(verdictJson(row))}\n`).join(''))),
  );
}

/** The same of whatever a check finds of each row. */
export async function keepRows<Result>(
  path: string,
  check: (write: (content: string | Uint8Array) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  await using file = await open(path, 'w', ONLY_OWN);
  try {
    return await check((content) => file.appendFile(content));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
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
