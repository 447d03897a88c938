import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 collect garbage before it piles up. A load keeps some 40 MB and leaves 5 KB of garbage a
 * row; left to itself V8 lets that grow to 400 MB. Measured over 100,000 rows: 160 MB in place of
 * 380, for a fifth more processor time.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=50');
  setFlagsFromString('--semi-space-growth-factor=1');
}
