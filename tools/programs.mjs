/** The programs, built where they are older than their sources. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './built.mjs';

/** @import { Workspace } from './set-up/steps.mjs' */

/** @param {Workspace} workspace */
export function ensurePrograms(workspace) {
  return ensureBuilt(workspace, {
    name: 'programs',
    output: 'dist',
    sources: [
      ...['worker', 'enqueuer', 'console'].map((name) => `apps/${name}/src`),
      ...packageSources(workspace.root),
      'tools/bundle.mjs',
      'pnpm-lock.yaml',
    ],
    build: (root, output) => ['node', join(root, 'tools/bundle.mjs'), output],
    remedy: 'mend what Rolldown says',
  });
}

/** @param {string} root */
function packageSources(root) {
  const names = readdirSync(join(root, 'packages')).toSorted();
  const folders = names.map((name) => `packages/${name}/src`);
  return folders.filter((folder) => existsSync(join(root, folder)));
}
