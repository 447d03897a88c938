import parse from 'libphonenumber-js/max';

export type PhoneVerdict =
  | { ok: true; number: string }
  | { ok: false; code: 'missing_phone' | 'invalid_phone' | 'not_e164' | 'unsupported_number'; reason: string };

export function parsePhoneNumber(text: string): PhoneVerdict {
  const parsed = parse(text);
  if (parsed === undefined) return { ok: false, code: 'invalid_phone', reason: 'is not a phone number' };
  return { ok: true, number: parsed.number };
}
