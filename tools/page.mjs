/** The console's page, built where it is older than its sources. */
import { join } from 'node:path';
import { ensureBuilt } from './built.mjs';

/** @import { Workspace } from './set-up/steps.mjs' */

const PAGE = 'apps/console/page';

/** @param {Workspace} workspace */
export function ensurePage(workspace) {
  return ensureBuilt(workspace, {
    name: 'page',
    output: `${PAGE}/dist`,
    // Of packages it has the client's code, the roles and how texts differ, else types only.
    sources: [
      `${PAGE}/src`,
      `${PAGE}/public`,
      'packages/api-client/src',
      'packages/http-api/src/role.ts',
      'packages/dialing/src/campaigns/shown-parts.ts',
      `${PAGE}/index.html`,
      `${PAGE}/vite.config.ts`,
      'pnpm-lock.yaml',
    ],
    cwd: PAGE,
    build: (root, output) => [
      join(root, PAGE, 'node_modules/.bin/vite'),
      'build',
      '--outDir',
      output,
      '--emptyOutDir',
      '--logLevel',
      'warn',
    ],
    remedy: 'mend what Vite says',
  });
}
