/**
 * 64 bits that stand for a call's id. FNV-1a in two variants: the ids are keyed hashes, so they
 * need spreading, not protection. The low half is never zero.
 */
export function fingerprintOf(callId: string): { high: number; low: number } {
  let high = 0x811c9dc5;
  let low = 0x9747b28c;
  for (let at = 0; at < callId.length; at += 1) {
    const code = callId.charCodeAt(at);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x85ebca6b);
    low ^= low >>> 13;
  }
  high = Math.imul(high ^ (high >>> 16), 0xc2b2ae35) >>> 0;
  return { high, low: low >>> 0 || 1 };
}
