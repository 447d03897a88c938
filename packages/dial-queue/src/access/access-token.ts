import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Lets secret scanners and our own logs recognise it. */
const PREFIX = 'libby_';
/** Too long to guess, so that a plain hash of it is safe to keep. */
const SECRET_BYTES = 32;
const LONGEST = 256;

/** A new token: a secret, and whose it is, so that one look finds the owner. */
export function newToken(name: string): string {
  const bytes = Buffer.concat([randomBytes(SECRET_BYTES), Buffer.from(name)]);
  return `${PREFIX}${bytes.toString('base64url')}`;
}

/** Whose token it claims to be, which proves nothing; undefined if it is no token. */
export function nameInToken(token: string): string | undefined {
  if (!token.startsWith(PREFIX) || token.length > LONGEST) return undefined;
  const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url');
  return bytes.length > SECRET_BYTES ? bytes.toString('utf8', SECRET_BYTES) : undefined;
}

/** What is kept in place of a token. */
export function tokenDigest(token: string): string {
  return hash('sha256', token, 'base64url');
}

/** Compares in constant time. */
export function isDigestOf(digest: string, token: string): boolean {
  const [kept, given] = [Buffer.from(digest), Buffer.from(tokenDigest(token))];
  return kept.length === given.length && timingSafeEqual(kept, given);
}
