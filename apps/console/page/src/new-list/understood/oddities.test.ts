import type { UnderstoodListJson } from '@libby-dialer/http-api';
import { expect, it } from 'vitest';
import { likelierEncoding } from './oddities.ts';

const likelier = (...warnings: string[]) =>
  likelierEncoding({ warnings } as unknown as UnderstoodListJson);

it('offers the encoding that the console takes a list to be in', () => {
  expect(
    likelier(
      'Two columns have one heading.',
      'Many rows of the list are not UTF-8 text and are rejected: they look like windows-1252, so say encoding windows-1252, or save the list as "CSV UTF-8" where it comes from.',
    ),
  ).toBe('windows-1252');
  expect(
    likelier('Many rows of the list are not UTF-8 text and are rejected: say their encoding.'),
  ).toBeUndefined();
});
