import { type ReactNode, useEffect } from 'react';
import './page.css';

/** One section's page: its title with the state beside it, what can be done, and the rest. */
export function Page({
  title,
  state,
  actions,
  children,
}: {
  readonly title: string;
  readonly state?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · libby-dialer`;
  }, [title]);
  return (
    <main className="page" id="main" tabIndex={-1}>
      <header className="page-header">
        <h1>{title}</h1>
        {state !== undefined && <div className="page-state">{state}</div>}
        <span className="grow" />
        {actions !== undefined && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </main>
  );
}

/** A part of a page, under its own heading. */
export function Section({
  title,
  note,
  children,
}: {
  readonly title: ReactNode;
  readonly note?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="section">
      <div className="section-heading">
        <h2>{title}</h2>
        {note !== undefined && <span className="soft">{note}</span>}
      </div>
      {children}
    </section>
  );
}
