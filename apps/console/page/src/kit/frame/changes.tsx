import { shownParts } from '@libby-dialer/dialing/shown-parts';
import './changes.css';

export interface Change {
  readonly key: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

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
