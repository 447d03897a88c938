import type { AuditEntry } from '@libby-dialer/dial-queue';
import { type AuditAction, isoInstant } from '@libby-dialer/dialing';
import { listAudit } from '../audit/list-audit.ts';
import type { Context } from '../context.ts';

const WORDS = {
  'do_not_call.add': 'added',
  'do_not_call.import': 'imported',
  'do_not_call.remove': 'removed',
} as const satisfies Partial<Record<AuditAction, string>>;
const ACTIONS = Object.keys(WORDS) as (keyof typeof WORDS)[];

/** One change of the do-not-call list, as the audit keeps it. */
export interface ListedChange {
  readonly id: string;
  /** Epoch ms of Redis's clock. */
  readonly at: number;
  readonly by: string;
  /** Through what: `cli`, `api` or `page`. */
  readonly via: string;
  /** Host or remote address. */
  readonly from: string;
  readonly action: (typeof WORDS)[keyof typeof WORDS];
  /** Of an import: what the list is called. */
  readonly list: string | undefined;
  /** Numbers, or rows of a list, that were given; undefined: it is not known. */
  readonly given: number | undefined;
  /** How many numbers it put on the list, or took off; undefined: no end of it is known. */
  readonly changed: number | undefined;
  /** Code of what it ended with; it may have taken effect in part. */
  readonly failure: string | undefined;
}

export interface DoNotCallChanges {
  /** The newest first. */
  readonly changes: readonly ListedChange[];
  /** For the next page, which is older; undefined: there is no more. A page may be short. */
  readonly cursor: string | undefined;
}

/**
 * From what imports, when and by whom numbers came on the do-not-call list or off it, as far back
 * as the audit reaches. Throws `DialerError` (`bad_cursor`).
 */
export async function doNotCallChanges(
  context: Context,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<DoNotCallChanges> {
  const { entries, cursor } = await listAudit(context, { ...page, actions: ACTIONS });
  return { changes: entries.map(changeOf), cursor };
}

function changeOf({ id, at, by, via, from, action, details, end }: AuditEntry): ListedChange {
  const effect = (end?.effect ?? {}) as Readonly<Record<string, unknown>>;
  return {
    id,
    at,
    by,
    via,
    from,
    action: WORDS[action as keyof typeof WORDS],
    list: typeof details['list'] === 'string' ? details['list'] : undefined,
    given: numberOf(details['numbers'] ?? effect['rows']),
    changed: numberOf(effect['added'] ?? effect['removed']),
    failure: end?.failure,
  };
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** A change as programs read it. */
export function doNotCallChangeJson({
  at,
  list,
  given,
  changed,
  failure,
  ...change
}: ListedChange) {
  return {
    ...change,
    at: isoInstant(at),
    list: list ?? null,
    given: given ?? null,
    changed: changed ?? null,
    failure: failure ?? null,
  };
}
