import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isInstalled, markInstalled } from './stamp.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stamp-'));
  mkdirSync(join(root, 'packages/dialing/node_modules'), { recursive: true });
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'pnpm-lock.yaml'), 'lockfileVersion: 9');
  writeFileSync(join(root, 'package.json'), '{}');
  writeFileSync(join(root, 'packages/dialing/package.json'), '{"dependencies":{"zod":"1.0.0"}}');
  markInstalled(root);
});
afterEach(() => rmSync(root, { recursive: true }));

it('holds while nothing changes', () => {
  writeFileSync(join(root, 'README.md'), 'new');
  expect(isInstalled(root)).toBe(true);
});

it.each([
  [
    'the lockfile changed',
    () => writeFileSync(join(root, 'pnpm-lock.yaml'), 'lockfileVersion: 10'),
  ],
  [
    'a package.json changed',
    () => writeFileSync(join(root, 'packages/dialing/package.json'), '{}'),
  ],
  ['a package is new', () => writeFileSync(join(root, 'packages/package.json'), '{}')],
  ['node_modules is gone', () => rmSync(join(root, 'node_modules'), { recursive: true })],
  [
    "a package's node_modules is gone",
    () => rmSync(join(root, 'packages/dialing/node_modules'), { recursive: true }),
  ],
])('does not hold when %s', (_, change) => {
  change();
  expect(isInstalled(root)).toBe(false);
});
