import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillTemplate, placeholdersOf, strayBraces, variableKey } from './template.ts';

/** What is right, said in a way that may take long: only short texts are compared with it. */
const PLACEHOLDER = /\{\{\s*([^{}\s](?:[^{}]*[^{}\s])?)\s*\}\}/g;

const texts = array(constantFrom('{', '}', '{{', '}}', ' ', '\n', 'a', 'Event type', '$&'), {
  maxLength: 14,
}).map((parts) => parts.join(''));

describe('a template', () => {
  it('has the placeholders that the slow way finds', () => {
    assert(
      property(texts, (text) => {
        const names = [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
        expect(placeholdersOf(text)).toEqual([...new Set(names)]);
        const filled = text.replaceAll(PLACEHOLDER, (_, name: string) => `<${variableKey(name)}>`);
        expect(fillTemplate(text, (key) => `<${key}>`)).toEqual({ text: filled });
      }),
    );
  });

  it('has a stray brace wherever one is left of two', () => {
    assert(
      property(texts, (text) => {
        const literals = text.split(PLACEHOLDER).filter((_, index) => index % 2 === 0);
        const opening = literals.some((literal) => literal.includes('{{'));
        const closing = literals.some((literal) => literal.includes('}}'));
        expect(strayBraces(text)).toEqual({ opening, closing });
      }),
    );
  });

  it.each([
    ['{{name}', []],
    ['{{name} }', []],
    ['{{ }}', []],
    ['{{{name}}}', ['name']],
    ['{{ {{name}} }}', ['name']],
    ['{{a}b}} {{c}}', ['c']],
    ['{{ Event\ntype }}', ['Event\ntype']],
  ])('%j asks for %j', (text, names) => {
    expect(placeholdersOf(text)).toEqual(names);
  });

  it('fills nothing where a value is missing, and names the first', () => {
    expect(fillTemplate('{{a}} {{b}} {{c}}', (key) => (key === 'a' ? '1' : undefined))).toEqual({
      missing: 'b',
    });
  });

  it('is read to its end however many blanks and braces it holds', () => {
    const blanks = ' '.repeat(1_000_000);
    for (const text of [
      `{{${blanks}}`,
      `{{x${blanks}}`,
      '{'.repeat(1_000_000),
      '{{x}'.repeat(250_000),
    ]) {
      expect(fillTemplate(text, () => '')).toEqual({ text });
      expect(strayBraces(text)).toEqual({ opening: true, closing: false });
    }
  });
});
