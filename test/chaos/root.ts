import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The project's own folder. */
export const ROOT = join(import.meta.dirname, '../..');

/** Of the project or a copy: there are none where they are older than the sources. */
export const BUILT = 'dist';

/** As it was built, which starts in half the time; as it stands in the sources where it was not. */
export function programOf(root: string, program: 'worker' | 'enqueuer'): string {
  const built = join(root, BUILT, `${program}.js`);
  return existsSync(built) ? built : sourceOf(root, program);
}

/** What shares its modules with what is loaded before it. */
export function sourceOf(root: string, program: 'worker' | 'enqueuer'): string {
  return join(root, `apps/${program}/src/main.ts`);
}
