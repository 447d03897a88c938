import './changes.css';

interface Change {
  readonly key: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** So much of a value tells what was changed; a text may be long. */
const SHOWN_LENGTH = 160;

/** What differs from what is stored: each setting, as it was and as it is to be. */
export function Changes({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <dl className="changes" aria-label="What changes">
      {changes.map(({ key, before, after }) => (
        <div key={key}>
          <dt>{key}</dt>
          <dd>
            <del>{textOf(before)}</del> → <ins>{textOf(after)}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return 'not set';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}…`;
}
