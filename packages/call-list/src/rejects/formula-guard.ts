/**
 * In a rejects file no cell starts a formula when a spreadsheet opens it: an apostrophe stands
 * before one that would, and before one that stands so already. Read again it is taken away, so
 * that every cell comes back as it was.
 */

/**
 * What makes a spreadsheet run a cell as a formula (OWASP, "CSV Injection"), but for a plain plus
 * and digits: a phone number.
 */
export const FORMULA = /^(?!\+\d+$)[=+\-@\t\r]/;
const GUARDED = /^'+[=+\-@\t\r]/;

export function guarded(cell: string): string {
  return FORMULA.test(cell) || GUARDED.test(cell) ? `'${cell}` : cell;
}

export function unguarded(cell: string): string {
  return GUARDED.test(cell) ? cell.slice(1) : cell;
}
