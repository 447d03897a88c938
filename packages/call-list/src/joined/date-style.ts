const FIRST_OWN_FORMAT = 164;

/**
 * Adds a style that shows a date and a time to the styles of a workbook. `style` is its number;
 * undefined where these are not as they should be, and nothing was added.
 */
export function withDateStyle(styles: string): { xml: string; style: number | undefined } {
  const [cellXfs, p = ''] = /<((?:\w+:)?)cellXfs(?:\s[^>]*[^/>])?>/.exec(styles) ?? [];
  const end = styles.indexOf(`</${p}cellXfs>`);
  const root = new RegExp(`<${p}styleSheet\\b[^>]*>`).exec(styles);
  if (cellXfs === undefined || end === -1 || root === null)
    return { xml: styles, style: undefined };
  const from = styles.indexOf(cellXfs) + cellXfs.length;
  const style = styles.slice(from, end).match(new RegExp(`<${p}xf[\\s/>]`, 'g'))?.length ?? 0;
  const ids = Array.from(styles.matchAll(/\snumFmtId="(\d+)"/g), ([, id]) => Number(id));
  const id = Math.max(FIRST_OWN_FORMAT, ...ids.map((each) => each + 1));
  const xf = `<${p}xf numFmtId="${id}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`;
  const withXf = styles.slice(0, end) + xf + styles.slice(end);
  const counted = withXf.replace(cellXfs, () => counting(cellXfs, style + 1));
  return { xml: withFormat(counted, p, id, root[0]), style };
}

function withFormat(styles: string, p: string, id: number, root: string): string {
  const format = `<${p}numFmt numFmtId="${id}" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/>`;
  const [numFmts] = new RegExp(`<${p}numFmts(?:\\s[^>]*[^/>])?>`).exec(styles) ?? [];
  if (numFmts === undefined)
    return styles.replace(root, () => `${root}<${p}numFmts count="1">${format}</${p}numFmts>`);
  const count = styles.match(new RegExp(`<${p}numFmt\\s`, 'g'))?.length ?? 0;
  return styles.replace(numFmts, () => counting(numFmts, count + 1) + format);
}

function counting(tag: string, count: number): string {
  return tag.replace(/\scount="\d*"/, ` count="${count}"`);
}
