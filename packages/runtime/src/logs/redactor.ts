import { Secret } from '../config/secret.ts';

const REDACTED = '[redacted]';

// A shorter secret would mask half of every line, and tell its own length by doing so.
const SHORTEST_SECRET = 4;

/** Written in a place of their own, whether enumerable or not. */
const ERROR_FIELDS: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause', 'errors']);

const MAX_DEPTH = 10;
const MAX_ENTRIES = 200;
const MAX_TEXT = 32_768;

/**
 * Numbers after a plus (also URL-encoded), with or without the usual separators; and North American
 * ones without a plus, where they are not part of a longer number, word or decimal.
 */
const PHONE_NUMBER =
  /(?:\+|%2B)[1-9](?:[ ().-]{0,2}\d){6,14}|(?<![\w.+-])(?:1[ .-]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-]?)[2-9]\d{2}[ .-]?\d{4}(?![\w-]|\.\d)/gi;

/**
 * The country codes of one and two digits (ITU-T E.164, list of assigned codes); all others have
 * three.
 */
const COUNTRY_CODE = /^(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;

/** Credentials that give themselves away by their form, whether registered or not. */
const CREDENTIALS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, REDACTED],
  [/\b(Bearer|Basic) +[\w.~+/-]{6,}=*/gi, `$1 ${REDACTED}`],
  // Ours: tokens of the HTTP API, and sessions there.
  [/(?<![\w-])libby_[\w-]{43,}/g, REDACTED],
  [/(:\/\/)[^\s/@"']+@/g, `$1${REDACTED}@`],
  [
    /\b((?:client_secret|access_token|id_token|refresh_token|password|XSRF-TOKEN)=)[^\s&;"',]+/gi,
    `$1${REDACTED}`,
  ],
];

const PHONE_KEY = /phone|^mobile$|^msisdn$/;
const PERSONAL_KEY =
  /^(?:(?:first|last|full|family|given|default|recipient|contact|customer)?name|e?mail|emailaddress)$/;
// `args`: what an ioredis error was asked to write, a whole job for instance.
const CONTENT_KEY =
  /^(?:forminfo|intro(?:notes|message|voicemail)|custom(?:questions|rules)|payload|args)$/;
const SECRET_KEY =
  /(?:password|passphrase|passwd|secret|token|authorization|cookie|apikey|privatekey|credentials?|auth)$/;

/**
 * Takes personal data and secrets out of whatever is to be logged or printed, wherever they stand:
 * under a telling key at any depth, inside a sentence, an error's message, stack or chain of
 * causes.
 *
 * Names of people can be told only by their key; in free text nothing marks them.
 */
export class Redactor {
  readonly #forms = new Map<string, readonly string[]>();
  #secrets: RegExp | undefined;
  #shortestForm = Number.POSITIVE_INFINITY;
  /** At least as long as a phone number, which must not be cut either. */
  #longestForm = 64;

  /**
   * From now on masks the value wherever it occurs: as it is, URL- or JSON-encoded, and in base64
   * and base64url, also in the middle of a longer encoded text. Returns a function that forgets it
   * again, for secrets that are replaced.
   */
  registerSecret(secret: string | Secret): () => void {
    const value = typeof secret === 'string' ? secret : secret.reveal();
    if (value.length < SHORTEST_SECRET) return () => {};
    const forms = encodedForms(value);
    this.#forms.set(value, forms);
    const lengths = forms.map((form) => form.length);
    this.#shortestForm = Math.min(this.#shortestForm, ...lengths);
    this.#longestForm = Math.max(this.#longestForm, ...lengths);
    this.#secrets = undefined;
    return () => {
      if (this.#forms.delete(value)) this.#secrets = undefined;
    };
  }

  /**
   * The text with phone numbers shortened to country code and last two digits, and secrets masked.
   */
  text(text: string): string {
    if (text.length < SHORTEST_SECRET) return text;
    if (text.length <= MAX_TEXT) return this.#masked(text);
    // The cut may have left the beginning of a secret, no longer recognisable as one.
    return `${this.#masked(text.slice(0, MAX_TEXT)).slice(0, -this.#longestForm)}…`;
  }

  #masked(text: string): string {
    // Most fields are shorter than any secret; the look for secrets is what costs time.
    const mayHoldSecret = this.#forms.size > 0 && text.length >= this.#shortestForm;
    let masked = mayHoldSecret ? text.replace(this.#secretsPattern(), REDACTED) : text;
    for (const [pattern, replacement] of CREDENTIALS) masked = masked.replace(pattern, replacement);
    return masked.replace(PHONE_NUMBER, maskPhoneNumber);
  }

  /**
   * A copy of the value made of plain data, redacted by key and by content. Never throws, whatever
   * it is given.
   */
  value(value: unknown): unknown {
    return this.#copy(value, '', []);
  }

  /** The same for the fields of a log line. */
  record(record: object): Record<string, unknown> {
    const copy = this.value(record);
    return typeof copy === 'object' && copy !== null
      ? (copy as Record<string, unknown>)
      : { value: copy };
  }

  #copy(value: unknown, key: string, parents: readonly object[]): unknown {
    if (typeof value === 'function' || typeof value === 'symbol') return undefined;
    if (typeof value === 'bigint') return this.#copy(String(value), key, parents);
    if (value === null || value === undefined || typeof value === 'boolean') return value;
    const byKey = redactByKey(key, value);
    if (byKey !== undefined) return byKey;
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return value;
    if (parents.includes(value)) return '[circular]';
    if (parents.length >= MAX_DEPTH) return '[too deep]';
    try {
      return this.#object(value, key, [...parents, value]);
    } catch {
      return '[unreadable]';
    }
  }

  #object(value: object, key: string, parents: readonly object[]): unknown {
    if (value instanceof Error) return this.#error(value, parents);
    if (value instanceof Secret) return value.toString();
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if ('toJSON' in value && typeof value.toJSON === 'function')
      return this.#copy(value.toJSON(), key, parents);
    if (value instanceof Map)
      return this.#entries(Object.entries(Object.fromEntries(value)), parents);
    if (Array.isArray(value) || value instanceof Set) return this.#list([...value], key, parents);
    return this.#entries(Object.entries(value), parents);
  }

  #list(items: readonly unknown[], key: string, parents: readonly object[]): unknown[] {
    const copies = items.slice(0, MAX_ENTRIES).map((item) => this.#copy(item, key, parents));
    return items.length > MAX_ENTRIES
      ? [...copies, `[${items.length - MAX_ENTRIES} more]`]
      : copies;
  }

  // A key may itself be a phone number, as in a count by number.
  #entries(
    entries: readonly (readonly [string, unknown])[],
    parents: readonly object[],
  ): Record<string, unknown> {
    const copies = entries
      .slice(0, MAX_ENTRIES)
      .map(([name, item]): [string, unknown] => [this.text(name), this.#copy(item, name, parents)]);
    if (entries.length > MAX_ENTRIES) copies.push(['…', `[${entries.length - MAX_ENTRIES} more]`]);
    return Object.fromEntries(copies);
  }

  #error(error: Error, parents: readonly object[]): Record<string, unknown> {
    return {
      type: this.#copy(error.name, '', parents),
      message: this.#copy(error.message, '', parents),
      ...this.#entries(
        Object.entries(error).filter(([key]) => !ERROR_FIELDS.has(key)),
        parents,
      ),
      ...(error instanceof AggregateError && { errors: this.#list(error.errors, '', parents) }),
      ...(error.cause !== undefined && { cause: this.#copy(error.cause, '', parents) }),
      stack: this.#copy(error.stack, '', parents),
    };
  }

  #secretsPattern(): RegExp {
    // Longest first: a secret that is the beginning of another must not leave the rest of it
    // standing.
    this.#secrets ??= new RegExp(
      [...new Set([...this.#forms.values()].flat())]
        .toSorted((a, b) => b.length - a.length)
        .map(escapePattern)
        .join('|'),
      'g',
    );
    return this.#secrets;
  }
}

function redactByKey(key: string, value: unknown): string | undefined {
  if (key === '' || (typeof value === 'object' && value instanceof Error)) return undefined;
  const plainKey = key.toLowerCase().replaceAll(/[\W_]/g, '');
  if (SECRET_KEY.test(plainKey) || PERSONAL_KEY.test(plainKey) || CONTENT_KEY.test(plainKey))
    return REDACTED;
  if (!PHONE_KEY.test(plainKey)) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return maskPhoneNumber(String(value));
  return undefined;
}

/**
 * `+15055550123` becomes `+1********23`. A number without country code keeps its last two digits
 * only.
 */
export function maskPhoneNumber(number: string): string {
  const international = /^(?:\+|%2B)/i.test(number);
  const digits = number.replace(/^%2B/i, '').replaceAll(/\D/g, '');
  if (digits.length < 7) return REDACTED;
  const countryCode = international ? (COUNTRY_CODE.exec(digits)?.[0] ?? '') : '';
  const hidden = '*'.repeat(digits.length - countryCode.length - 2);
  return `${international ? '+' : ''}${countryCode}${hidden}${digits.slice(-2)}`;
}

function encodedForms(value: string): string[] {
  const percentEncoded = [
    encodeURIComponent(value.toWellFormed()),
    new URLSearchParams({ v: value }).toString().slice(2),
  ];
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    ...percentEncoded,
    ...percentEncoded.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())),
    ...base64Forms(value),
  ];
}

/**
 * Base64 writes three bytes as four characters, so a text has three forms, depending on where in
 * the encoded whole it begins (`id:secret` in an Authorization header). Characters that also hold
 * bits of a neighbour are left off.
 */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  const shifted = [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const first = Math.ceil((shift * 8) / 6);
    const last = Math.floor(((shift + bytes.length) * 8) / 6);
    return [encoded.slice(first, last)];
  });
  const whole = bytes.toString('base64');
  const forms = [
    whole,
    whole.replace(/=+$/, ''),
    ...shifted.filter((form) => form.length >= SHORTEST_SECRET),
  ];
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

function escapePattern(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}/-]/g, String.raw`\$&`);
}
