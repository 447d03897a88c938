import { useState } from 'react';
import { Button } from '../kit/button.tsx';
import { Field } from '../kit/field.tsx';
import './token-shown.css';

/** A token, to be copied. It is nowhere else, and gone with the dialog. */
export function TokenShown({ token }: { readonly token: string }) {
  const [isCopied, setCopied] = useState(false);
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
    </div>
  );
}
