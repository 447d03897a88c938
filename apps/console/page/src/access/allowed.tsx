import type { LeastRole } from '@libby-dialer/http-api/role';
import type { ReactNode } from 'react';
import { useMay } from './caller.ts';

/** What is offered to those only who may do it. */
export function Allowed({
  to,
  children,
}: {
  readonly to: LeastRole;
  readonly children: ReactNode;
}) {
  return useMay(to) ? children : null;
}
