import { ROLES } from '@libby-dialer/dialing';
import { type ApiRoute, api, mayUse, type Route, seesPeople } from '@libby-dialer/http-api';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { maskOf } from './masking.ts';

const find = maskOf(api['POST /calls/find'].answer);

describe('what a viewer is answered', () => {
  it('has neither numbers nor names, at any depth, and all else', () => {
    const call = {
      callId: 'c1',
      toPhoneNumber: '+15055550123',
      fromPhoneNumber: '+15055550100',
      name: 'Ada',
      externalId: 'crm +1 505 555 0123',
      providerMessage: null,
    };
    expect(find?.({ calls: [call] })).toEqual({
      calls: [
        {
          ...call,
          toPhoneNumber: '+1********23',
          name: '***',
          externalId: '***',
        },
      ],
    });
  });

  it('keeps what says that there is nothing', () => {
    const call = { toPhoneNumber: 'erased', name: '', externalId: null };
    expect(find?.({ calls: [call] })).toEqual({ calls: [call] });
  });

  it('has nothing of a person that the contract does not know', () => {
    expect(find?.({ calls: [{ callId: 'c1', alias: 'Ada' }] })).toEqual({
      calls: [{ callId: 'c1' }],
    });
  });

  it('is as it was where nobody is named', () => {
    expect(maskOf(api['GET /workers'].answer)).toBeUndefined();
  });
});

/** What may tell who is called, by its name. */
const TELLING =
  /^(?:number|toPhoneNumber|name|externalId|providerMessage|message|sentence|note|call)$/;
/** Names of what is no person, and sentences that name none. */
const IMPERSONAL = [
  /^(?:GET|PUT) \/schedules\S*: .*(?:name|message)$/,
  /^GET \/inbox: consumers\.name$/,
  /^GET \/forwarders: forwarders\.name$/,
  /^(?:GET \/whoami|POST \/session): name$/,
  /idleReasons\.sentence$/,
];

/** The texts of a schema that are not masked, by their paths. */
function openTexts(schema: z.ZodType, path: readonly string[] = []): string[] {
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([key, part]) =>
      openTexts(part as z.ZodType, [...path, key]),
    );
  if (schema instanceof z.ZodArray) return openTexts(schema.element as z.ZodType, path);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return maskOf(schema) === undefined ? openTexts(schema.unwrap() as z.ZodType, path) : [];
  const isText = schema instanceof z.ZodString || schema instanceof z.ZodUnknown;
  return isText && maskOf(schema) === undefined ? [path.join('.')] : [];
}

it('covers every answer to viewers whose keys tell of a person', () => {
  const open = (Object.entries(api) as [ApiRoute, Route][])
    .filter(([, { role }]) => mayUse('viewer', role))
    .flatMap(([name, { answer, records }]) =>
      [answer, records]
        .filter((schema) => schema instanceof z.ZodType)
        .flatMap((schema) => openTexts(schema))
        .filter((path) => TELLING.test(path.split('.').at(-1) ?? ''))
        .map((path) => `${name}: ${path}`),
    );
  expect(open).not.toHaveLength(0);
  expect(open.filter((each) => !IMPERSONAL.some((known) => known.test(each)))).toEqual([]);
});

it('covers every answer that is streamed to viewers', () => {
  const streamed = (Object.entries(api) as [ApiRoute, Route][]).filter(
    ([, { role, answer }]) => mayUse('viewer', role) && typeof answer === 'string',
  );
  expect(streamed.filter(([, { records }]) => records === undefined)).toEqual([]);
  expect(streamed).not.toHaveLength(0);
});

it('is for all who do not work with people', () => {
  expect(ROLES.filter(seesPeople)).toEqual(['operator', 'admin']);
});
