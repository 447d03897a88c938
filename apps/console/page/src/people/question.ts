import type { ApiAnswer, ApiRequest } from '@libby-dialer/http-api';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../live/api.ts';
import { queryClient } from '../live/queries.ts';

/** Who is looked for. It is in no address: it names a person. */
export type Question = NonNullable<ApiRequest<'POST /calls/find'>['body']>;
export type Found = ApiAnswer<'POST /calls/find'>;

/** A number as it was given. */
export interface GivenNumber {
  readonly number: string;
  readonly country?: string | undefined;
}

const LATEST = ['who was looked for last'];

/** Who comes back from a call finds what was looked for. */
export function latestQuestion(): Question | undefined {
  return queryClient.getQueryData<Question>(LATEST);
}

export function keepQuestion(question: Question): void {
  queryClient.setQueryData(LATEST, question);
}

export function finding(question: Question) {
  return queryOptions({
    queryKey: ['POST /calls/find', question],
    queryFn: async ({ signal }) =>
      await client.request('POST /calls/find', { body: question, signal }),
  });
}

export function checking(given: GivenNumber) {
  return queryOptions({
    queryKey: ['POST /do-not-call/check', given],
    queryFn: async ({ signal }) =>
      await client.request('POST /do-not-call/check', { body: bodyOf(given), signal }),
  });
}

export function bodyOf({ number, country }: GivenNumber) {
  return { numbers: [number], country };
}

/** Whom a search is about, where that is one number and it may be seen. */
export function numberMeant(question: Question, found: Found | undefined): GivenNumber | undefined {
  const { number, country } = question;
  if (number !== undefined) return { number, country };
  const numbers = new Set(found?.calls.map(({ toPhoneNumber }) => toPhoneNumber));
  const [only = ''] = numbers;
  return numbers.size === 1 && /^\+\d+$/.test(only) ? { number: only } : undefined;
}
