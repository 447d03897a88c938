import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { setUp } from './set-up.mjs';
import { PNPM, provideTool } from './toolchain.mjs';

/** In place of the registry: an npm that installs a pnpm which does nothing. */
const NPM = `#!/bin/sh
mkdir -p node_modules/@pnpm/exe.any
printf '#!/bin/sh\\n' > node_modules/@pnpm/exe.any/pnpm
chmod +x node_modules/@pnpm/exe.any/pnpm
`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'toolchain-'));
  for (const folder of ['.toolchain', 'programs']) mkdirSync(join(root, folder));
  cpSync(join(import.meta.dirname, '../toolchain'), join(root, 'tools/toolchain'), {
    recursive: true,
  });
  writeFileSync(join(root, 'programs/npm'), NPM);
  chmodSync(join(root, 'programs/npm'), 0o755);
  vi.stubEnv('PATH', `${join(root, 'programs')}${delimiter}${process.env['PATH']}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

const workspace = () => ({
  root,
  report: () => undefined,
  signal: new AbortController().signal,
});

it('brings pnpm without dependencies, for pnpm itself to mend these', async () => {
  mkdirSync(join(root, 'node_modules'));
  await setUp(workspace(), { dependencies: false });
  expect(readdirSync(join(root, '.toolchain/bin'))).toEqual(['node', 'pnpm']);
  expect(readdirSync(join(root, 'node_modules'))).toEqual([]);
  await setUp(workspace());
  expect(readdirSync(join(root, 'node_modules'))).toEqual(['.set-up']);
});

it('can be used by a service that runs as another user', async () => {
  await provideTool(workspace(), PNPM);
  const folder =
    readdirSync(join(root, '.toolchain')).find((name) => name.startsWith('pnpm-')) ?? '';
  // As any folder made here; a user's umask may be stricter.
  expect(statSync(join(root, '.toolchain', folder)).mode).toBe(
    statSync(join(root, 'programs')).mode,
  );
  expect(statSync(join(root, '.toolchain/bin/pnpm')).isFile()).toBe(true);
});
