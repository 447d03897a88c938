/** A cell; numbers stand to the right. */
export type Cell = string | number;

/** Rows in aligned columns, two blanks apart, each line ended; nothing for no rows. */
export function formatTable(rows: readonly (readonly Cell[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, textOf(cell).length);
    }
  }
  return rows.map((row) => `${formatRow(row, widths)}\n`).join('');
}

function formatRow(row: readonly Cell[], widths: readonly number[]): string {
  const cells = row.map((cell, column) => {
    const width = widths[column] ?? 0;
    return typeof cell === 'number' ? textOf(cell).padStart(width) : textOf(cell).padEnd(width);
  });
  return cells.join('  ').trimEnd();
}

/** A cell that holds a line break would make a row of the text behind it. */
function textOf(cell: Cell): string {
  return typeof cell === 'number' ? cell.toLocaleString('en-US') : cell.replaceAll(/[\r\n\t]+/g, ' ');
}
