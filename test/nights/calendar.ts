import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { HASTE } from './plan.ts';

/** All in epoch ms. */
interface Page {
  /** By the clock of this machine: when it showed `from`. */
  readonly since: number;
  readonly from: number;
  /** There it stands still. */
  readonly until: number;
}

/** What the calendar in this file shows: it runs fast, and as far as it may. */
export function shownBy(file: string): number {
  const { since, from, until } = JSON.parse(readFileSync(file, 'utf8')) as Page;
  return Math.min(from + (Date.now() - since) * HASTE, until);
}

/** It shows this and stands still. */
export async function setCalendar(file: string, shown: number): Promise<void> {
  await write(file, { since: Date.now(), from: shown, until: shown });
}

/** It runs on from what it shows. */
export async function letRun(file: string, until: number): Promise<void> {
  await write(file, { since: Date.now(), from: shownBy(file), until });
}

/** In one step: whoever reads it reads all of it. */
async function write(file: string, page: Page): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(page));
  await rename(`${file}.new`, file);
}
