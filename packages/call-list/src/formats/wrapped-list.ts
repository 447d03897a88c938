import { RECORD_FIELDS } from '@libby-dialer/dialing';
import { endOfString, isFollowedByColon } from './repeated-key.ts';

const FIELDS: ReadonlySet<string> = new Set(RECORD_FIELDS);

/**
 * Services answer with an object around their records, `{"data": [{…}, …]}`. Returns the keys that
 * lead to them, if the text begins like that and the object is no record itself.
 */
export function wrappedIn(text: string): string | undefined {
  /** The last key of each object that is open; undefined: an array. */
  const open: (string | undefined)[] = [];
  for (let at = text.search(/\S/); at >= 0 && at < text.length; at += 1) {
    const character = text[at];
    if (open.length === 0 && character !== '{') return undefined;
    if (character === '{') open.push('');
    else if (character === '[') {
      if (open.every((key) => key !== undefined) && /^\[\s*\{/.test(text.slice(at, at + 200)))
        return open.join('.');
      open.push(undefined);
    } else if (character === '}' || character === ']') {
      open.pop();
      if (open.length === 0) return undefined;
    } else if (character === '"') {
      const end = endOfString(text, at);
      if (open.at(-1) !== undefined && isFollowedByColon(text, end)) {
        const key = text.slice(at + 1, end - 1);
        if (open.length === 1 && FIELDS.has(key)) return undefined;
        open[open.length - 1] = key;
      }
      at = end - 1;
    }
  }
  return undefined;
}
