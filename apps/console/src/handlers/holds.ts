import { isoInstant } from '@libby-dialer/dialing';
import type { ApiParts } from '@libby-dialer/http-api';
import { addHold, holdJson, listHolds, releaseHold } from '@libby-dialer/operations';
import type { Console } from '../console.ts';
import type { Handlers } from '../http/handlers.ts';

export function holdHandlers({ context }: Console): Handlers<ApiParts['holds']> {
  return {
    'GET /holds': async () => {
      const { holds, now } = await listHolds(context);
      return { holds: holds.map(holdJson), at: isoInstant(now) };
    },
    'POST /holds': async ({ body: { scope, note } }, { asCaller }) => ({
      scope,
      ...(await addHold(asCaller, scope, { note })),
    }),
    'POST /holds/release': async ({ body: { scope } }, { asCaller }) => {
      await releaseHold(asCaller, scope);
      return { scope };
    },
  };
}
