import { expect, it } from 'vitest';
import { isAtLeast } from './node-version.mjs';

it.each([
  ['24.15.0', '24.15.0', true],
  ['24.15.1', '24.15.0', true],
  ['24.9.0', '24.15.0', false],
  ['24.100.0', '24.15.0', true],
  ['25.0.0', '24.15.0', true],
  ['20.20.2', '24.15.0', false],
  ['24.15.0-nightly', '24.15.0', false],
  ['25.0.0-rc.1', '24.15.0', true],
])('%s at least %s: %s', (version, minimum, expected) => {
  expect(isAtLeast(version, minimum)).toBe(expected);
});
