import { describe, expect, it } from 'vitest';
import { isNetwork, TrustedProxies } from './trusted-proxies.ts';

const proxies = new TrustedProxies({
  addresses: ['10.0.0.7', '10.1.0.0/16', 'fd00::/8'],
  userHeader: 'X-User',
});
const from = (forwarded: string, address: string) =>
  proxies.clientOf(new Headers({ 'x-forwarded-for': forwarded }), address);

const user = (address: string, name = 'ada') =>
  proxies.userIn(new Headers({ 'x-user': name }), address);

describe('where a request comes from', () => {
  it.each([
    ['', '203.0.113.7', '203.0.113.7'],
    // Anybody can send the header.
    ['198.51.100.1', '203.0.113.7', '203.0.113.7'],
    ['198.51.100.1', '10.0.0.7', '198.51.100.1'],
    ['198.51.100.1', '::ffff:10.0.0.7', '198.51.100.1'],
    ['6.6.6.6, 198.51.100.1, 10.1.2.3', 'fd00::1', '198.51.100.1'],
    ['nonsense', '10.0.0.7', '10.0.0.7'],
    ['', '10.0.0.7', '10.0.0.7'],
  ])('%j by %s is %s', (forwarded, address, client) => {
    expect(from(forwarded, address)).toBe(client);
  });
});

describe('whom a proxy names', () => {
  it('counts from the addresses that are named only', () => {
    expect(user('10.1.255.1')).toBe('ada');
    expect(user('10.2.0.1')).toBeUndefined();
    expect(user('unknown')).toBeUndefined();
    expect(user('10.0.0.7', ' ')).toBeUndefined();
  });
});

it.each([
  ['10.0.0.7', true],
  ['10.0.0.0/8', true],
  ['::1', true],
  ['fd00::/129', false],
  ['10.0.0.0/33', false],
  ['10.0.0.0/', false],
  ['10.0.0.0/8/8', false],
  ['proxy.example', false],
])('%s can be named: %s', (text, can) => {
  expect(isNetwork(text)).toBe(can);
});
