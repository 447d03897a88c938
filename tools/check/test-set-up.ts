import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensurePrograms } from '../programs.mjs';

/** Tests run the programs as they were built, of the sources as they are. */
export default async function setUp(project: TestProject): Promise<void> {
  const build = () =>
    ensurePrograms({
      root: join(import.meta.dirname, '../..'),
      report: (line) => project.vitest.logger.log(line),
      signal: new AbortController().signal,
    });
  await build();
  project.onTestsRerun(build);
}
