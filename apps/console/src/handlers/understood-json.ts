import type { UnderstoodListJson } from '@libby-dialer/http-api';
import type { Understanding } from '@libby-dialer/operations';

/** What a list was taken for, as the API has it. */
export function understoodJson(understanding: Understanding): UnderstoodListJson {
  const { sheet, encoding, delimiter, headingsRow, problem, columns, calls } = understanding;
  return {
    ...understanding,
    sheet: sheet ?? null,
    encoding: encoding ?? null,
    delimiter: delimiter ?? null,
    headingsRow: headingsRow ?? null,
    problem: problem ?? null,
    columns: columns.map(({ column, uses, choice, offer, samples, ...rest }) => ({
      ...rest,
      column: column ?? null,
      field: uses.find((use) => use !== 'formInfo') ?? null,
      uses: [...uses],
      choice: choice ?? null,
      offer: offer ?? null,
      samples: [...samples],
    })),
    calls: calls.map(({ sheetRow, country, zones, phoneColumn, passedOver, ...rest }) => ({
      ...rest,
      phoneColumn: phoneColumn ?? null,
      passedOver: [...passedOver],
      sheetRow: sheetRow ?? null,
      country: country ?? null,
      zones: [...zones],
    })),
    rejected: { ...understanding.rejected },
    warnings: [...understanding.warnings],
  };
}
