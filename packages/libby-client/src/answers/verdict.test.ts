import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CallAnswer } from './call-answer.ts';
import { verdictOf } from './verdict.ts';

const AGENT = 'Agent not found for this number';

function answered(status: number, providerMessage?: string): CallAnswer {
  return {
    kind: 'answered',
    status,
    ...(providerMessage === undefined ? undefined : { providerMessage }),
  };
}

function failed(begun: boolean, trouble: string): CallAnswer {
  return { kind: 'failed', begun, trouble, cause: new Error('gone') };
}

describe('an answer', () => {
  test.each([
    [200, 'accepted', 'accepted'],
    [201, 'accepted', 'accepted'],
    [204, 'accepted', 'accepted'],
    [299, 'accepted', 'accepted'],
    [226, 'accepted', 'accepted'],
    [300, 'unknown', 'bad_response'],
    [301, 'unknown', 'bad_response'],
    [302, 'unknown', 'bad_response'],
    [303, 'unknown', 'bad_response'],
    [304, 'unknown', 'bad_response'],
    [307, 'refused', 'endpoint'],
    [308, 'refused', 'endpoint'],
    [400, 'refused', 'bad_request'],
    [401, 'refused', 'forbidden'],
    [402, 'refused', 'endpoint'],
    [403, 'refused', 'forbidden'],
    [404, 'refused', 'endpoint'],
    [405, 'refused', 'endpoint'],
    [406, 'unknown', 'bad_response'],
    [407, 'refused', 'endpoint'],
    [408, 'unknown', 'no_response'],
    [409, 'unknown', 'conflict'],
    [410, 'refused', 'endpoint'],
    [412, 'unknown', 'bad_response'],
    [413, 'refused', 'payload_too_large'],
    [415, 'refused', 'endpoint'],
    [418, 'unknown', 'bad_response'],
    [421, 'refused', 'endpoint'],
    [422, 'refused', 'unprocessable'],
    [423, 'unknown', 'bad_response'],
    [424, 'unknown', 'bad_response'],
    [425, 'refused', 'rate_limited'],
    [426, 'refused', 'endpoint'],
    [428, 'refused', 'endpoint'],
    [429, 'refused', 'rate_limited'],
    [431, 'refused', 'endpoint'],
    [451, 'refused', 'endpoint'],
    [460, 'unknown', 'bad_response'],
    [499, 'unknown', 'bad_response'],
    [500, 'unknown', 'server_error'],
    [502, 'unknown', 'server_error'],
    [503, 'unknown', 'server_error'],
    [511, 'unknown', 'server_error'],
    [521, 'unknown', 'server_error'],
    [599, 'unknown', 'server_error'],
    [600, 'unknown', 'bad_response'],
    [999, 'unknown', 'bad_response'],
  ])('of %i is %s, %s', (status, delivery, code) => {
    expect(verdictOf(answered(status))).toEqual({ delivery, code });
  });

  test('of 404 is about the agent only in the provider’s own words', () => {
    expect(verdictOf(answered(404, AGENT)).code).toBe('agent_not_found');
    expect(verdictOf(answered(404, 'Not Found')).code).toBe('endpoint');
  });

  test('passes on how long to wait', () => {
    const answer: CallAnswer = { kind: 'answered', status: 429, retryAfterMs: 7000 };
    expect(verdictOf(answer)).toEqual({
      delivery: 'refused',
      code: 'rate_limited',
      retryAfterMs: 7000,
    });
  });

  test('always has a verdict, accepted for 2xx alone, and never not_sent', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 599 }),
        fc.option(fc.string(), { nil: undefined }),
        (status, message) => {
          const { delivery } = verdictOf(answered(status, message));
          expect(delivery === 'accepted').toBe(status >= 200 && status <= 299);
          expect(delivery).not.toBe('not_sent');
          expect(delivery === 'refused' && (status < 300 || status > 499)).toBe(false);
        },
      ),
    );
  });
});

describe('no answer', () => {
  test.each([
    ['ECONNREFUSED', 'connect_failed'],
    ['ECONNRESET', 'connect_failed'],
    ['ENETUNREACH', 'connect_failed'],
    ['CONNECT_TIMEOUT', 'connect_failed'],
    ['UND_ERR_CONNECT_TIMEOUT', 'connect_failed'],
    ['UND_ERR_SOCKET', 'connect_failed'],
    ['ENOTFOUND', 'dns_failed'],
    ['EAI_AGAIN', 'dns_failed'],
    ['EPROTO', 'tls_failed'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls_failed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_failed'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls_failed'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls_failed'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_failed'],
    ['CERT_HAS_EXPIRED', 'tls_failed'],
    ['VETOED', 'not_sent'],
    ['ABORTED', 'not_sent'],
    ['UND_ERR_DESTROYED', 'not_sent'],
    ['TypeError', 'not_sent'],
  ])('and not begun: %s is %s', (trouble, code) => {
    expect(verdictOf(failed(false, trouble))).toEqual({ delivery: 'not_sent', code });
  });

  test.each([
    ['RESPONSE_TIMEOUT', 'no_response'],
    ['ABORTED', 'no_response'],
    ['ECONNRESET', 'connection_lost'],
    ['ECONNREFUSED', 'connection_lost'],
    ['EPIPE', 'connection_lost'],
    ['UND_ERR_SOCKET', 'connection_lost'],
    ['HPE_INVALID_CONSTANT', 'bad_response'],
    ['HTTPParserError', 'bad_response'],
    ['UND_ERR_HEADERS_OVERFLOW', 'bad_response'],
  ])('and begun: %s is unknown, %s', (trouble, code) => {
    expect(verdictOf(failed(true, trouble))).toEqual({ delivery: 'unknown', code });
  });

  test('is not_sent exactly when the request was not begun, whatever the trouble is called', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.string(), (begun, trouble) => {
        expect(verdictOf(failed(begun, trouble)).delivery).toBe(begun ? 'unknown' : 'not_sent');
      }),
    );
  });
});
