import { describe, expect, it } from 'vitest';
import { originProblem } from './request-origin.ts';

const codeOf = (method: string, headers: Record<string, string>) =>
  originProblem({ method, headers: new Headers(headers) })?.code;

const host = '127.0.0.1:8700';

describe('originProblem', () => {
  it.each(['', 'a b'])('needs a host: %j', (name) => {
    expect(codeOf('GET', { host: name })).toBe('wrong_host');
  });

  it.each([{}, { 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }])(
    'lets programs and its own page change something: %j',
    (headers) => {
      expect(codeOf('POST', { host, ...headers })).toBeUndefined();
    },
  );

  it.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'http://127.0.0.1:9000' },
    { origin: 'null' },
  ])('lets no page of another site do so: %j', (headers) => {
    expect(codeOf('POST', { host, ...headers })).toBe('cross_site');
    expect(codeOf('DELETE', { host, ...headers })).toBe('cross_site');
    expect(codeOf('GET', { host, ...headers })).toBeUndefined();
  });

  it('knows its own page by its origin where the browser says no more', () => {
    expect(codeOf('PUT', { host, origin: `http://${host}` })).toBeUndefined();
  });
});
