import type { CountryCode } from 'libphonenumber-js/max';

export type PhoneProblem =
  | 'missing_phone'
  | 'invalid_phone'
  | 'not_e164'
  | 'unsupported_number'
  | 'ambiguous_number';

export interface PhoneRefusal {
  readonly ok: false;
  readonly code: PhoneProblem;
  /**
   * A plain sentence for the rejects file. It holds no digit of the number, unless that is
   * ambiguous.
   */
  readonly reason: string;
  /** Each number that this may be, in E.164, where there are several. */
  readonly readings?: readonly string[];
}

/** `number` is E.164 (`+` and digits). */
export type PhoneVerdict =
  | { readonly ok: true; readonly number: string; readonly country?: CountryCode }
  | PhoneRefusal;

export function refuse(code: PhoneProblem, reason: string): PhoneRefusal {
  return { ok: false, code, reason };
}
