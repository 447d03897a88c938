import { isoInstant } from '@libby-dialer/dialing';
import type { ApiParts } from '@libby-dialer/http-api';
import {
  areSuppressed,
  type Context,
  doNotCallChangeJson,
  doNotCallChanges,
  doNotCallStatus,
  erasePerson,
  latestDoNotCallChange,
  readNumbers,
  suppressNumbers,
  surveyPerson,
  unsuppressNumbers,
} from '@libby-dialer/operations';
import type { Console } from '../console.ts';
import type { Handlers } from '../http/handlers.ts';
import { numberIn, numbersIn, readOneNumber } from './given-numbers.ts';

export function peopleHandlers({ context }: Console): Handlers<ApiParts['people']> {
  return {
    'GET /do-not-call': async () => ({ ...(await doNotCallStatus(context)) }),
    'GET /do-not-call/changes': async ({ query }) => {
      const { changes, cursor } = await doNotCallChanges(context, query);
      return { changes: changes.map(doNotCallChangeJson), nextCursor: cursor ?? null };
    },
    'POST /do-not-call/check': async ({ body }) => {
      const numbers = numbersIn(body, readNumbers);
      const areListed = await areSuppressed(context, numbers);
      const latest = numbers.length === 1 ? await latestChange(context, numbers[0]) : null;
      return {
        numbers: numbers.map((number, index) => {
          return { number, isListed: areListed[index] === true, latest };
        }),
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

async function latestChange(context: Context, number = '') {
  const change = await latestDoNotCallChange(context, number);
  return change === undefined ? null : { ...change, at: isoInstant(change.at) };
}
