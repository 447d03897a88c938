import { join } from 'node:path';
import { programFile } from '@libby-dialer/testkit';

/** The project's own folder. */
export const ROOT = join(import.meta.dirname, '../..');

/** The project's programs as they were built; a copy's as they stand in its sources. */
export function programOf(root: string, program: 'worker' | 'enqueuer'): string {
  return root === ROOT ? programFile(program) : sourceOf(root, program);
}

/** What shares its modules with what is loaded before it. */
export function sourceOf(root: string, program: 'worker' | 'enqueuer'): string {
  return join(root, `apps/${program}/src/main.ts`);
}
