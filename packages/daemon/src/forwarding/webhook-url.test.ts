import { expect, test } from 'vitest';
import { parseWebhookUrl } from './webhook-url.ts';

const strict = { allowInsecureHttp: false };
const nameOf = (url: string) => parseWebhookUrl(url, strict).name;

test('credentials become a header, and show nowhere else', () => {
  const target = parseWebhookUrl(
    'https://ada:s%40cret@crm.example.com/hooks/T0/B0?key=abc#x',
    strict,
  );
  expect(target).toMatchObject({
    url: 'https://crm.example.com/hooks/T0/B0?key=abc',
    authorization: `Basic ${Buffer.from('ada:s@cret').toString('base64')}`,
    origin: 'https://crm.example.com',
    name: expect.stringMatching(/^crm-example-com-[0-9a-f]{8}$/),
  });
});

test('the name is made of host and path alone', () => {
  expect(nameOf('https://crm.example.com/a?key=1')).toBe(
    nameOf('https://ada:secret@crm.example.com/a?key=2'),
  );
  expect(nameOf('https://crm.example.com/a')).not.toBe(nameOf('https://crm.example.com/b'));
  expect(nameOf('http://[::1]:8080/a')).toMatch(/^1-8080-[0-9a-f]{8}$/);
});

test('results go in the clear to this machine only, unless that is asked for', () => {
  expect(() => parseWebhookUrl('http://crm.example.com/', strict)).toThrow(
    'must begin with https://',
  );
  expect(parseWebhookUrl('http://crm.example.com/', { allowInsecureHttp: true }).origin).toBe(
    'http://crm.example.com',
  );
  expect(parseWebhookUrl('http://localhost:8080/', strict).origin).toBe('http://localhost:8080');
});

test('what is refused is not repeated', () => {
  for (const url of [
    'crm.example.com',
    'ftp://ada:secret@crm.example.com',
    'https://a%:secret@crm.example.com',
  ]) {
    expect(() => parseWebhookUrl(url, strict)).toThrow(
      /^--to (?!.*(secret|crm\.example\.com(?!\/libby)))/,
    );
  }
});
