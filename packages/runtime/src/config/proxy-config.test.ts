import { describe, expect, test } from 'vitest';
import { Redactor } from '../logs/redactor.ts';
import { type Environment, loadConfig } from './config.ts';
import { libbyConfig } from './libby-config.ts';
import { goesDirectly, httpsProxyConfig } from './proxy-config.ts';

const { apiProxy, tokenProxy } = libbyConfig;

function proxiesOf(environment: Environment) {
  const config = loadConfig({ apiProxy, tokenProxy, all: httpsProxyConfig }, environment);
  return [config.apiProxy, config.tokenProxy, config.all.url].map((secret) => secret?.reveal());
}

describe('a proxy', () => {
  test('is none unless one is named', () =>
    expect(proxiesOf({})).toEqual([undefined, undefined, undefined]));

  test('for all https, in small letters or large, and an empty one is none', () => {
    expect(proxiesOf({ HTTPS_PROXY: 'http://a:1' })).toEqual([
      'http://a:1',
      'http://a:1',
      'http://a:1',
    ]);
    expect(proxiesOf({ HTTPS_PROXY: 'http://a:1', https_proxy: 'http://b:1' })[0]).toBe(
      'http://b:1',
    );
    expect(proxiesOf({ HTTPS_PROXY: '', https_proxy: '', NO_PROXY: '' })[0]).toBeUndefined();
  });

  test('but for the hosts of NO_PROXY', () => {
    const environment = { HTTPS_PROXY: 'http://a:1', NO_PROXY: 'localhost,.amazoncognito.com' };
    expect(proxiesOf(environment)).toEqual(['http://a:1', undefined, 'http://a:1']);
  });

  test('of the provider alone goes before both', () => {
    const environment = { HTTPS_PROXY: 'http://a:1', NO_PROXY: '*', LIBBY_PROXY: 'http://b:1' };
    expect(proxiesOf(environment)).toEqual(['http://b:1', 'http://b:1', 'http://a:1']);
  });

  test.each(['a:1', 'socks5://a:1', 'http://u:%zz@a', 'http://'])(
    'is refused as %s, by its name alone',
    (url) => {
      expect(() => proxiesOf({ LIBBY_PROXY: url })).toThrow(
        /^LIBBY_PROXY: must be http:\/\/host:port/,
      );
    },
  );

  test('is known to the redactor', () => {
    const redactor = new Redactor();
    loadConfig(
      { all: httpsProxyConfig },
      { HTTPS_PROXY: 'http://ada:canary@proxy:3128' },
      { redactor },
    );
    expect(redactor.text('by http://ada:canary@proxy:3128')).not.toContain('canary');
  });
});

describe('NO_PROXY', () => {
  test.each([
    ['https://example.com/x', 'example.com', true],
    ['https://api.example.com', 'example.com', true],
    ['https://api.example.com', '.Example.com', true],
    ['https://api.example.com', '*.example.com', true],
    ['https://anexample.com', 'example.com', false],
    ['https://example.com', 'a.com  b.com,example.com', true],
    ['https://example.com', 'example.com:443', true],
    ['https://example.com', 'example.com:8443', false],
    ['https://[::1]:8443', '::1', true],
    ['https://[::1]:8443', '[::1]:8443', true],
    ['https://[::1]:8443', '[::1]:443', false],
    ['https://example.com', '*', true],
    ['https://example.com', '', false],
    ['https://example.com', ' , ', false],
    ['https://example.com', '.', false],
  ])('%s with %j: %j', (url, except, expected) => expect(goesDirectly(url, except)).toBe(expected));
});
