import type { ReactNode } from 'react';
import './empty-state.css';

/** Nothing is here: why, and the one thing to do next. */
export function EmptyState({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className="empty">
      <p>{title}</p>
      {children !== undefined && <div className="soft">{children}</div>}
      {action}
    </div>
  );
}
