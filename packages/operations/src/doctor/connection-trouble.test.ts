import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';
import { explainConnection } from './connection-trouble.ts';

const WHERE = { url: 'https://phone.example/outbound', variable: 'LIBBY_API_URL' };

describe('why a service cannot be reached', () => {
  test.each([
    [
      'ENOTFOUND',
      'There is no host phone.example (ENOTFOUND); correct LIBBY_API_URL, or the name servers of this machine.',
    ],
    [
      'EAI_AGAIN',
      'Nobody resolves the name phone.example (EAI_AGAIN); check the name servers of this machine.',
    ],
    ['ENETUNREACH', 'No way leads from this machine to phone.example:443 (ENETUNREACH)'],
    ['CONNECT_TIMEOUT', 'No connection to phone.example:443 in time (CONNECT_TIMEOUT)'],
    [
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'Nobody trusted here vouches for the certificate of phone.example:443',
    ],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'name its authority in NODE_EXTRA_CA_CERTS'],
    ['CERT_NOT_YET_VALID', 'the clock of this machine may be behind'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'does not speak TLS as we do'],
    ['HPE_INVALID_CONSTANT', 'does not speak HTTP'],
    ['RESPONSE_TIMEOUT', 'phone.example:443 takes a request and does not answer'],
  ])('%s', (code, expected) => {
    expect(explainConnection(code, WHERE)).toContain(expected);
  });

  test.each([
    [
      'PROXY_AUTHENTICATION',
      'The proxy at proxy.example:3128 wants another user or password (PROXY_AUTHENTICATION); correct',
    ],
    [
      'PROXY_REFUSED',
      'The proxy at proxy.example:3128 opens no way to phone.example:443 (PROXY_REFUSED)',
    ],
    ['PROXY_BAD_ANSWER', 'What listens at proxy.example:3128 is no proxy'],
    [
      'ECONNREFUSED',
      'The proxy at proxy.example:3128 cannot be reached (ECONNREFUSED); correct LIBBY_PROXY or HTTPS_PROXY.',
    ],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'vouches for the certificate of phone.example:443'],
  ])('behind a proxy: %s', (code, expected) => {
    expect(explainConnection(code, { ...WHERE, proxy: 'proxy.example:3128' })).toContain(expected);
  });

  test('is one sentence that names the code, whatever that is', () => {
    for (const code of [...Object.keys(constants.errno), 'SOMETHING_NEW', '$&']) {
      const said = explainConnection(code, WHERE);
      expect(said).toContain(`(${code})`);
      expect(said.match(/\.(?= |$)/g)).toHaveLength(1);
    }
  });
});
