import { createHmac } from 'node:crypto';

/** Shorter ones can be guessed; Standard Webhooks asks for 24 bytes. */
const SHORTEST_KEY_BYTES = 24;
const PREFIX = 'whsec_';

export interface SignedMessage {
  /** The same for every attempt to deliver this message. */
  readonly id: string;
  /** When this attempt is made, seconds since the epoch. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * The headers by which a receiver knows who has sent the message, and that it is neither changed
 * nor old (Standard Webhooks 1.0, symmetric scheme `v1`). With several keys there are several
 * signatures: one that fits is enough, so a secret can be changed without a gap.
 */
export function signatureHeaders({ id, timestamp, body }: SignedMessage, keys: readonly Buffer[]) {
  const signed = `${id}.${timestamp}.${body}`;
  const signatures = keys.map(
    (key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

/**
 * The key that a secret stands for: `whsec_` and base64, or the text itself. Undefined if it is not
 * fit to be one.
 */
export function keyOf(secret: string): Buffer | undefined {
  const key = secret.startsWith(PREFIX)
    ? bytesOf(secret.slice(PREFIX.length))
    : Buffer.from(secret);
  return key !== undefined && key.length >= SHORTEST_KEY_BYTES ? key : undefined;
}

/** Node's decoder passes over what is no base64. */
function bytesOf(base64: string): Buffer | undefined {
  const bytes = Buffer.from(base64, 'base64');
  const isExact = bytes.toString('base64').replace(/=+$/, '') === base64.replace(/=+$/, '');
  return isExact ? bytes : undefined;
}
