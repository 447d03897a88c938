import './changes.css';

export interface Change {
  readonly key: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** So much of a value is shown; of two long texts the part where they part. */
const SHOWN_LENGTH = 160;
const BEFORE_THE_DIFFERENCE = 20;

/** What differs from what is stored: each setting, as it was and as it is to be. */
export function Changes({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <dl className="changes" aria-label="What changes">
      {changes.map((change) => {
        const [before, after] = shownParts(textOf(change.before), textOf(change.after));
        return (
          <div key={change.key}>
            <dt>{change.key}</dt>
            <dd>
              <del>{before}</del> → <ins>{after}</ins>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return 'not set';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function shownParts(before: string, after: string): [before: string, after: string] {
  if (Math.max(before.length, after.length) <= SHOWN_LENGTH) return [before, after];
  const from = Math.max(0, commonLength(before, after) - BEFORE_THE_DIFFERENCE);
  return [partOf(before, from), partOf(after, from)];
}

function commonLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

function partOf(text: string, from: number): string {
  const end = from + SHOWN_LENGTH;
  return `${from > 0 ? '…' : ''}${text.slice(from, end)}${end < text.length ? '…' : ''}`;
}
