import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { terminalText } from './terminal-text.ts';

test.each([
  ['\u001b[2J', '\\u001b[2J'],
  ['\u009b2J', '\\u009b2J'],
  ['a\u202etxt.exe\u2066', 'a\\u202etxt.exe\\u2066'],
  ['one\rtwo', 'one\\u000dtwo'],
  ['\u0007\u0008\u007f\u0000', '\\u0007\\u0008\\u007f\\u0000'],
])('%j is shown as %s', (text, shown) => {
  expect(terminalText(text)).toBe(shown);
});

test('leaves what people write as it is', () => {
  const text = 'Zoë\t日本 👩‍💻 שלום\u200f\r\n½ – “x”\n';
  expect(terminalText(text)).toBe(text);
});

test('JSON stays the same', () => {
  assert(
    property(string({ unit: 'binary' }), (value) => {
      expect(JSON.parse(terminalText(JSON.stringify(value)))).toBe(value);
    }),
  );
});
