import { expect, test } from 'vitest';
import { type Found, numberMeant } from './question.ts';

const ADA = '+15055550123';

function found(...numbers: string[]): Found {
  const calls = numbers.map((toPhoneNumber) => ({ toPhoneNumber }));
  return { calls, isCut: false, unnamed: [] } as unknown as Found;
}

test('a search is about the number that it asks for, as that was given', () => {
  const question = { number: '505 555 0123', country: 'US' };
  expect(numberMeant(question, undefined)).toEqual(question);
});

test.each([
  ['the one number of all that was found', [ADA, ADA], { number: ADA }],
  ['nobody where there are several', [ADA, '+15055550124'], undefined],
  ['nobody who was erased', ['erased'], undefined],
  ['nobody whose number is masked', ['+1********23'], undefined],
  ['nobody where nothing was found', [], undefined],
])('else about %s', (_, numbers, meant) => {
  expect(numberMeant({ externalId: 'crm-1' }, found(...numbers))).toEqual(meant);
});
