/**
 * Runs before `pnpm pack` and `pnpm publish`, in the folder of a package: builds `dist`, what
 * others install, from the TypeScript that runs here.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';

if (process.env['npm_config_user_agent']?.startsWith('pnpm/')) {
  rmSync('dist', { recursive: true, force: true });
  const { status, error } = spawnSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
  if (error) throw error;
  process.exitCode = status ?? 1;
} else {
  process.stderr.write(
    'Only pnpm fills in what this package.json leaves to the workspace: pack it with `node tools/run.mjs exec pnpm --filter ./packages/<name> pack`.\n',
  );
  process.exitCode = 1;
}
