import type { ReactNode } from 'react';
import './notice.css';

/**
 * What stands above everything else on a page. `alarm`: a person is needed; `note`: good to know.
 */
export function Notice({
  kind,
  title,
  children,
  actions,
}: {
  readonly kind: 'alarm' | 'note';
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <div className={`notice is-${kind}`}>
      <div className="notice-text">
        {title !== undefined && <b>{title}</b>} {children}
      </div>
      {actions !== undefined && <div className="notice-actions">{actions}</div>}
    </div>
  );
}
