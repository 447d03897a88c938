import { type ReactNode, useEffect, useId, useRef } from 'react';
import './dialog.css';

interface DialogProps {
  readonly title: ReactNode;
  readonly children: ReactNode;
  readonly actions: ReactNode;
  /** It is left by its own buttons alone: what it shows, or is about to, is shown this once. */
  readonly isHeld?: boolean;
  readonly onClose: () => void;
}

/**
 * A question in front of everything else. The browser's own dialog: it keeps the focus inside,
 * closes by Escape and gives the focus back. Mounted is open.
 */
export function Dialog({ title, children, actions, isHeld = false, onClose }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const show = () => dialog.current?.showModal();
  useEffect(show, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={heading}
      closedby={isHeld ? 'none' : 'closerequest'}
      // A browser that does not know `closedby` has closed it all the same.
      onClose={isHeld ? show : onClose}
    >
      <h2 id={heading}>{title}</h2>
      <div className="dialog-body">{children}</div>
      <div className="dialog-actions">{actions}</div>
    </dialog>
  );
}
