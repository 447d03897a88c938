import type { ButtonHTMLAttributes } from 'react';
import './button.css';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `main`: what one is here to do. `danger`: what cannot be taken back. */
  readonly kind?: 'main' | 'danger' | 'plain';
}

export function Button({ kind = 'plain', className = '', ...rest }: ButtonProps) {
  return <button type="button" className={`button is-${kind} ${className}`.trim()} {...rest} />;
}
