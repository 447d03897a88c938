import { useBlocker } from '@tanstack/react-router';
import { useState } from 'react';
import { Field } from '../kit/fields/field.tsx';
import { Button } from '../kit/frame/button.tsx';
import './token-shown.css';

/** A token, to be copied. It is nowhere else, and gone with the dialog. */
export function TokenShown({ token }: { readonly token: string }) {
  const [isCopied, setCopied] = useState(false);
  // Neither going back nor loading the page anew may take it away unasked.
  useBlocker({ shouldBlockFn: () => true });
  const copy = async () => {
    await navigator.clipboard.writeText(token);
    setCopied(true);
  };
  return (
    <div className="token-shown">
      <Field label="Token, shown this once and kept nowhere">
        <input
          className="field mono"
          readOnly
          value={token}
          onFocus={({ target }) => target.select()}
        />
      </Field>
      {/* Elsewhere a browser lets no script near the clipboard. */}
      {isSecureContext && (
        <Button onClick={() => void copy()}>{isCopied ? 'Copied' : 'Copy'}</Button>
      )}
      <small className="soft">Copy it first. Nothing but the button below closes this.</small>
    </div>
  );
}
