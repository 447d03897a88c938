import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { parseJson } from '../http/parse-json.ts';
import type { AccessToken } from '../tokens/access-token.ts';
import type { OutboundCall } from './outbound-call.ts';

const MESSAGE_LIMIT = 500;
/** Blanking may shorten a text; beyond this nobody would read it. */
const READ_LIMIT = 2000;
/** How many characters in a row that the call has as well count as an echo of it. */
const ECHO_LENGTH = 12;
/** What is longer is found as an echo. */
const VALUE_LIMIT = 200;

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu;
const PHONE_NUMBER = /[+(]{0,2}\d[\d ().-]{5,}\d/g;
const EMAIL = /[^\s@"'<>]+@[^\s@"'<>]+/g;
const WORD_START = /(?<![\p{L}\p{N}])[\p{L}\p{N}]/gu;
const WORD_END = /(?![\p{L}\p{N}])/gu;
const SYNTAX = /[\\^$.*+?()[\]{}|/]/g;
/** Scripts that put spaces between words: in these `Al` is not to be found in `also`. */
const SPACED = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u;

const providerBody = z.object({ message: z.string() });

/**
 * The `message` of the provider's JSON, fit to be kept, logged and shown: a server may say back
 * what it was told, so the token and whatever the call holds of a person (numbers, name, form
 * values, texts) are blanked.
 */
export function providerMessage(
  { status, body }: { status: number; body: string },
  token: AccessToken,
  call: OutboundCall,
): string | undefined {
  const message = messageIn(body);
  if (message === undefined) return undefined;
  // No echo, whatever the person is called.
  if (message.toLowerCase() === STATUS_CODES[status]?.toLowerCase()) return message;
  return withoutEcho(beginning(message.replaceAll(token.reveal(), '[token]')), call).slice(
    0,
    MESSAGE_LIMIT,
  );
}

/** The same on one line, but otherwise as it was said: only where we had told nothing. */
export function messageIn(body: string): string | undefined {
  const parsed = providerBody.safeParse(parseJson(body));
  return parsed.success ? printable(parsed.data.message) : undefined;
}

function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, ' ').trim();
}

/** The last word may have been cut, and would not be told for what it is. */
function beginning(text: string): string {
  return text.length <= READ_LIMIT ? text : text.slice(0, text.lastIndexOf(' ', READ_LIMIT) + 1);
}

function withoutEcho(message: string, call: OutboundCall): string {
  const name = printable(call.name);
  const form = call.formInfo.flatMap((entry) => Object.values(entry)).map(printable);
  const {
    introNotes = '',
    introMessage = '',
    introVoicemail = '',
    customQuestions = [],
    customRules = [],
  } = call;
  const texts = [introNotes, introMessage, introVoicemail, ...customQuestions, ...customRules].map(
    printable,
  );
  const source = [...form, ...texts].join('\n');
  return withoutName(withoutRuns(withoutNumbers(message), source), name).replaceAll(
    anyOf(form),
    '[form]',
  );
}

/** What somebody wrote of a person, on one line, without their name, any number and address. */
export function withoutPerson(text: string, name: string): string {
  return withoutName(withoutNumbers(printable(text)), printable(name));
}

function withoutNumbers(text: string): string {
  return text.replaceAll(PHONE_NUMBER, '[number]').replaceAll(EMAIL, '[email]');
}

function withoutName(text: string, name: string): string {
  return text.replaceAll(anyOf([name, ...name.split(' ')]), '[name]');
}

/** Any of these values as a word, longest first; nothing if there is none. */
function anyOf(values: readonly string[]): RegExp {
  const words = values.filter(({ length }) => length > 1 && length <= VALUE_LIMIT);
  const longestFirst = words.toSorted((one, other) => other.length - one.length);
  return new RegExp(longestFirst.map(asWord).join('|') || '(?!)', 'giu');
}

function asWord(value: string): string {
  const [first = '', last = ''] = [value.at(0), value.at(-1)];
  return `${edge(first, '<')}${value.replaceAll(SYNTAX, String.raw`\$&`)}${edge(last, '')}`;
}

/** That the word does not go on there. */
function edge(character: string, side: '<' | ''): string {
  if (/\d/.test(character)) return `(?${side}!\\d)`;
  return SPACED.test(character) ? `(?${side}!\\p{L})` : '';
}

/** Blanks each run of characters that begins with a word and stands in the source as well. */
function withoutRuns(message: string, source: string): string {
  let result = '';
  let at = 0;
  while (at < message.length) {
    const length = runLength(message, at, source);
    const next = length > 0 ? at + length : nextMatch(WORD_START, message, at + 1);
    result += length > 0 ? '[text]' : message.slice(at, next);
    at = next;
  }
  return result;
}

function runLength(message: string, from: number, source: string): number {
  let length = ECHO_LENGTH;
  if (from + length > message.length || !source.includes(message.slice(from, from + length)))
    return 0;
  while (from + length < message.length && source.includes(message.slice(from, from + length + 1)))
    length += 1;
  // What is left of a word might still be told for a name.
  return nextMatch(WORD_END, message, from + length) - from;
}

function nextMatch(pattern: RegExp, text: string, from: number): number {
  const search = new RegExp(pattern);
  search.lastIndex = from;
  return search.exec(text)?.index ?? text.length;
}
