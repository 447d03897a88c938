import { expect, test } from 'vitest';
import { MUTANTS } from './mutants.ts';
import { walk } from './random-walk.ts';
import { IS_THOROUGH } from './scopes.ts';
import type { Scope } from './world.ts';

const MOST_SEEDS = 1000;
const SEEDS = IS_THOROUGH ? MOST_SEEDS : 100;
/** To see one walk again: its seed, and `SEEDS` 1. */
const FIRST_SEED = 1;

const CROWD: Scope = {
  workers: 3,
  calls: 5,
  refusals: 2,
  failures: 2,
  actions: ['pause', 'cancel', 'suppress', 'retry'],
  hold: { maxPause: 2, proof: 2 },
};

const ENDED: Scope = { ...CROWD, actions: ['retry', 'erase', 'archive'] };

function troubleIn(scope: Scope, seeds: number, protocol?: Parameters<typeof walk>[2]): string {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + seeds; seed += 1) {
    const { trouble } = walk(scope, seed, protocol);
    if (trouble !== '') return trouble;
  }
  return '';
}

test.each([
  ['without an expiry', CROWD],
  ['with an expiry', { ...CROWD, expiresAt: 12, sweeps: true }],
  ['with redials', { ...CROWD, redialAfter: 2 }],
  ['with an erasure and an archive', ENDED],
  ['with a canary', { ...CROWD, canary: { calls: 2, needed: 2 } }],
])('three workers and five calls keep every promise, %s', (_, scope) => {
  expect(troubleIn(scope, SEEDS)).toBe('');
});

test.each([
  'no gate: a delivered job is dialed',
  'redial of what is in doubt',
  'pause returns at once',
])('they show what is wrong with %s', (name) => {
  const trouble = troubleIn(CROWD, MOST_SEEDS, MUTANTS[name]?.protocol);
  expect(trouble).toMatch(/^Seed \d+\. Broken: /);
});
