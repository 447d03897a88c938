import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import type { Secret } from '../secret.ts';

const VERSION = '1';
const IV_BYTES = 12;
const TAG_BYTES = 16;

export interface SealedToken {
  value: string;
  /** Milliseconds since 1970, on the clock of the machine that got it. */
  expiresAt: number;
  /** How long it was good for when it was granted. */
  lifetimeMs: number;
}

/**
 * Seals tokens for a cache that others may read: AES-256-GCM under a key derived from the client
 * secret, bound to whose token it is and when it expires. Written `1.<expiresAt>.<lifetimeMs>.<iv,
 * tag, ciphertext>`.
 */
export class TokenSeal {
  readonly #key: KeyObject;
  readonly #context: readonly string[];

  constructor(clientSecret: Secret, context: readonly string[]) {
    const key = hkdfSync(
      'sha256',
      clientSecret.reveal(),
      '',
      `libby-client token cache ${VERSION}`,
      32,
    );
    this.#key = createSecretKey(Buffer.from(key));
    this.#context = context;
  }

  seal(token: SealedToken): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(this.#boundTo(token.expiresAt, token.lifetimeMs));
    const ciphertext = Buffer.concat([cipher.update(token.value, 'utf8'), cipher.final()]);
    const box = Buffer.concat([iv, cipher.getAuthTag(), ciphertext]).toString('base64url');
    return [VERSION, token.expiresAt, token.lifetimeMs, box].join('.');
  }

  /**
   * Undefined for whatever this seal did not seal: another secret's, another version's, damaged,
   * forged.
   */
  open(sealed: string): SealedToken | undefined {
    const parts = /^1\.(\d{1,15})\.(\d{1,15})\.([\w-]+)$/.exec(sealed);
    if (parts === null) return undefined;
    const [expiresAt, lifetimeMs] = [Number(parts[1]), Number(parts[2])];
    const box = Buffer.from(parts[3] ?? '', 'base64url');
    try {
      const iv = box.subarray(0, IV_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', this.#key, iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(this.#boundTo(expiresAt, lifetimeMs));
      decipher.setAuthTag(box.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const value = Buffer.concat([
        decipher.update(box.subarray(IV_BYTES + TAG_BYTES)),
        decipher.final(),
      ]);
      return { value: value.toString('utf8'), expiresAt, lifetimeMs };
    } catch {
      return undefined;
    }
  }

  #boundTo(expiresAt: number, lifetimeMs: number): Buffer {
    return Buffer.from(JSON.stringify([VERSION, ...this.#context, expiresAt, lifetimeMs]));
  }
}
