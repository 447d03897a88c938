import { join } from 'node:path';

const BUILT = join(import.meta.dirname, '../../../dist');

/** The programs that are built before tests begin, as `bin/*` run them. */
export type Program = 'worker' | 'enqueuer' | 'console' | 'simulator';

/** What to give to Node. */
export function programFile(program: Program): string {
  return join(BUILT, `${program}.js`);
}
