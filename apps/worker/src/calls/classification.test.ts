import { constants } from 'node:os';
import {
  type Circumstances,
  type Decision,
  decide,
  RETRYABLE_OUTCOMES,
} from '@libby-dialer/dialing';
import { type CallAnswer, verdictOf } from '@libby-dialer/libby-client';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

/** Whatever else is true of a call, none of it may make a doubt look safe. */
const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  isOwnLine: fc.boolean(),
  isRenewed: fc.boolean(),
  failures: fc.nat({ max: 12 }),
  maxFailures: fc.integer({ min: 1, max: 10 }),
});

const messages = fc.option(
  fc.oneof(
    fc.constantFrom('Agent not found for this number', 'Not Found', 'Forbidden: Incorrect scopes'),
    fc.string(),
  ),
  { nil: undefined },
);
const waits = fc.option(fc.nat(), { nil: undefined });

const NAMED_TROUBLES = `
  ENOTFOUND EAI_AGAIN EPROTO CERT_HAS_EXPIRED DEPTH_ZERO_SELF_SIGNED_CERT ERR_SSL_WHATEVER ERR_HTTP2_STREAM_CANCEL
  UND_ERR_SOCKET UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_DESTROYED UND_ERR_ABORTED UND_ERR_INFO
  UND_ERR_HEADERS_OVERFLOW UND_ERR_REQ_RETRY HTTPParserError HPE_INVALID_CONSTANT TypeError
  VETOED ABORTED CONNECT_TIMEOUT RESPONSE_TIMEOUT STARTED_TWICE`
  .trim()
  .split(/\s+/);

/** Real ones of the system, of TLS, DNS, undici and ours, and what nobody has heard of. */
const troubles = fc.oneof(
  fc.constantFrom(...Object.keys(constants.errno)),
  fc.constantFrom(...NAMED_TROUBLES),
  fc.string(),
  fc.stringMatching(/^(E|ERR_|UND_ERR_|HPE_)[A-Z_]{1,12}$/),
);

/** The call may go out again: now, later, or once somebody asks for it with `retry`. */
function mayGoOutAgain(decision: Decision): boolean {
  if (decision.kind !== 'settle') return true;
  return RETRYABLE_OUTCOMES.some((outcome) => outcome === decision.outcome);
}

/**
 * Written down a second time, from what servers do and not from the code: all others are doubts.
 */
const REFUSALS = new Set(
  '307 308 400 401 402 403 404 405 407 410 411 413 414 415 421 422 425 426 428 429 431 451'
    .split(' ')
    .map(Number),
);

function isRightFor(status: number, decision: Decision): boolean {
  if (REFUSALS.has(status)) return mayGoOutAgain(decision);
  return (
    decision.kind === 'settle' &&
    decision.outcome === (status >= 200 && status <= 299 ? 'accepted' : 'unknown')
  );
}

describe('from what was seen to what is done', () => {
  test('a call goes out again only after a status that is a refusal, for every status there can be', () => {
    fc.assert(
      fc.property(messages, waits, circumstances, (providerMessage, retryAfterMs, around) => {
        const wrong: string[] = [];
        for (let status = 100; status <= 999; status += 1) {
          const answer = {
            kind: 'answered',
            status,
            ...given({ providerMessage, retryAfterMs }),
          } as CallAnswer;
          const decision = decide(verdictOf(answer), around);
          if (!isRightFor(status, decision)) wrong.push(`${status}: ${JSON.stringify(decision)}`);
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  test('a call without an answer goes out again only if its request was not begun, whatever the trouble is called', () => {
    fc.assert(
      fc.property(troubles, fc.boolean(), circumstances, (trouble, begun, around) => {
        const decision = decide(
          verdictOf({ kind: 'failed', begun, trouble, cause: new Error('gone') }),
          around,
        );
        expect(mayGoOutAgain(decision)).toBe(!begun);
        expect(
          decision.kind === 'settle' && decision.outcome === 'unknown' && decision.run === 'doubts',
        ).toBe(begun);
      }),
      { numRuns: 2000 },
    );
  });

  test('what goes out again at once is the token’s fault alone, and only the first time', () => {
    for (let status = 100; status <= 999; status += 1) {
      for (const isRenewed of [false, true]) {
        const around = { isOwnLine: false, isRenewed, failures: 0, maxFailures: 4 };
        const { kind } = decide(verdictOf({ kind: 'answered', status }), around);
        expect([status, kind === 'renew']).toEqual([
          status,
          !isRenewed && (status === 401 || status === 403),
        ]);
      }
    }
  });

  test('failures to reach the API come to an end, and are the only ones that are counted', () => {
    fc.assert(
      fc.property(troubles, circumstances, (trouble, around) => {
        const decision = decide(
          verdictOf({ kind: 'failed', begun: false, trouble, cause: new Error('gone') }),
          around,
        );
        const isLast = around.failures + 1 >= around.maxFailures;
        const ends = decision.kind === 'settle' ? decision.outcome : decision.kind;
        expect(isLast ? ['exhausted', 'put_back'] : ['retry', 'put_back']).toContain(ends);
      }),
      { numRuns: 1000 },
    );
  });
});

function given<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
