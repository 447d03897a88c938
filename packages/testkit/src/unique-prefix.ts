import { randomBytes } from 'node:crypto';

/** A DIALER_PREFIX of one's own, so that tests can share a Redis: `{t-<random>}`. */
export function uniquePrefix(): string {
  return `{t-${randomBytes(6).toString('hex')}}`;
}
