import type { ApiParts } from '@libby-dialer/http-api';
import {
  areSuppressed,
  doNotCallStatus,
  erasePerson,
  readCountry,
  readNumber,
  readNumbers,
  suppressNumbers,
  surveyPerson,
  unsuppressNumbers,
} from '@libby-dialer/operations';
import type { Console } from '../console.ts';
import type { Handlers } from '../http/handlers.ts';
import { HttpProblem } from '../http/http-problem.ts';

export function peopleHandlers({ context }: Console): Handlers<ApiParts['people']> {
  return {
    'GET /do-not-call': async () => ({ ...(await doNotCallStatus(context)) }),
    'POST /do-not-call/check': async ({ body }) => {
      const numbers = numbersIn(body, readNumbers);
      const areListed = await areSuppressed(context, numbers);
      return {
        numbers: numbers.map((number, index) => ({ number, isListed: areListed[index] === true })),
      };
    },
    'POST /do-not-call/add': async ({ body }, { asCaller, signal }) => {
      const numbers = numbersIn(body, readNumbers);
      const added = await suppressNumbers(asCaller, numbers, { signal });
      return { added, alreadyListed: numbers.length - added };
    },
    'POST /do-not-call/remove': async ({ body }, { asCaller }) => {
      const numbers = numbersIn(body, readOneNumber);
      const removed = await unsuppressNumbers(asCaller, numbers);
      return { removed, notListed: numbers.length - removed };
    },
    'POST /erase/preview': async ({ body }, { signal }) => {
      const survey = await surveyPerson(context, numberIn(body), signal);
      return { ...survey, campaigns: [...survey.campaigns] };
    },
    'POST /erase': async ({ body }, { asCaller, signal }) => {
      const erased = await erasePerson(asCaller, numberIn(body), signal);
      return { ...erased, beingLoaded: [...erased.beingLoaded] };
    },
  };
}

interface GivenNumbers {
  readonly numbers: readonly string[];
  readonly country?: string | undefined;
}

/** All or none, each different one once. What cannot be read is told by its place. */
function numbersIn({ numbers, country }: GivenNumbers, read: typeof readNumbers): string[] {
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
const readOneNumber: typeof readNumbers = (text, place) => {
  const verdict = readNumber(text, place);
  return verdict.ok ? [verdict.number] : verdict;
};

function numberIn({ number, country }: { number: string; country?: string | undefined }): string {
  const [only = ''] = numbersIn({ numbers: [number], country }, readOneNumber);
  return only;
}
