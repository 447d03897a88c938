import type { AuditDetails } from '@libby-dialer/dial-queue';
import type { AuditAction } from '@libby-dialer/dialing';
import type { Context } from '../context.ts';

/** What is decided; who, and through what, is the actor of the context. */
export interface DecisionToKeep {
  readonly action: AuditAction;
  readonly campaign?: string | undefined;
  /** What is asked for. It names no person: at most by a keyed hash. */
  readonly details?: AuditDetails;
}

/**
 * Carries out a decision that is kept for audit: the decision itself before the first change is
 * made by it, what it did afterwards. Begun as late as can be, so that what is refused beforehand
 * does not push older decisions out.
 * @param work reports what it has done so far by `did`, which may be called again
 */
export async function decide<T>(
  { queue: { audit }, actor, logger }: Context,
  { action, campaign, details = {} }: DecisionToKeep,
  work: (did: (effect: object) => void) => Promise<T>,
): Promise<T> {
  const { name: by, via, from } = actor;
  const id = await audit.begin({ action, by, via, from, campaign, details });
  let effect: object = {};
  const end = async (failure?: string) => {
    try {
      await audit.end(id, { failure, effect });
    } catch (error) {
      // What was done is done: it stands there as a decision whose end nobody knows.
      logger.warn({ err: error, action }, 'the end of a decision cannot be kept for audit');
    }
  };
  try {
    const done = await work((doneSoFar) => {
      effect = doneSoFar;
    });
    await end();
    return done;
  } catch (error) {
    await end(failureOf(error));
    throw error;
  }
}

function failureOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === 'string') return code;
  return name === 'Interrupted' || name === 'AbortError' ? 'interrupted' : 'unexpected';
}
