import { type ReactNode, useEffect, useId, useRef } from 'react';
import './dialog.css';

/**
 * A question in front of everything else. The browser's own dialog: it keeps the focus inside,
 * closes by Escape and gives the focus back. Mounted is open.
 */
export function Dialog({
  title,
  children,
  actions,
  onClose,
}: {
  readonly title: ReactNode;
  readonly children: ReactNode;
  readonly actions: ReactNode;
  readonly onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={heading} onClose={onClose}>
      <h2 id={heading}>{title}</h2>
      <div className="dialog-body">{children}</div>
      <div className="dialog-actions">{actions}</div>
    </dialog>
  );
}
