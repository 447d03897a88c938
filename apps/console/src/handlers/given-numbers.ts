import { readCountry, readNumber, readNumbers } from '@libby-dialer/operations';
import { HttpProblem } from '../http/http-problem.ts';

interface GivenNumbers {
  readonly numbers: readonly string[];
  readonly country?: string | undefined;
}

/** All or none, each different one once. What cannot be read is told by its place. */
export function numbersIn({ numbers, country }: GivenNumbers, read: typeof readNumbers): string[] {
  const place = { country: readCountry(country) };
  const verdicts = numbers.map((text) => read(text, place));
  const problems = verdicts.flatMap((verdict, index) =>
    'reason' in verdict ? [`numbers.${index}: ${verdict.reason}`] : [],
  );
  const [first] = problems;
  if (first !== undefined)
    throw new HttpProblem(400, 'invalid_number', `A number cannot be read: ${first}`, { problems });
  return [...new Set(verdicts.flatMap((verdict) => ('reason' in verdict ? [] : verdict)))];
}

/** Who is to be called again, or erased, is named without a doubt. */
export const readOneNumber: typeof readNumbers = (text, place) => {
  const verdict = readNumber(text, place);
  return verdict.ok ? [verdict.number] : verdict;
};

/** One number as a person gives it, in E.164 form. */
export function numberIn({
  number,
  country,
}: {
  number: string;
  country?: string | undefined;
}): string {
  const [only = ''] = numbersIn({ numbers: [number], country }, readOneNumber);
  return only;
}
