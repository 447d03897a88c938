import { isoInstant } from '@libby-dialer/dialing';
import type { ApiParts } from '@libby-dialer/http-api';
import {
  accessJson,
  addAccess,
  auditJson,
  examine,
  type Finding,
  listAccess,
  listAudit,
  listWorkers,
  redisFacts,
  removeAccess,
  workersJson,
} from '@libby-dialer/operations';
import { isLoopback } from '@libby-dialer/runtime';
import type { Console } from '../console.ts';
import type { Handlers } from '../http/handlers.ts';
import { eventStream } from '../live/event-stream.ts';
import { numberIn } from './given-numbers.ts';

export function systemHandlers(console: Console): Handlers<ApiParts['system']> {
  const { config, context, snapshots } = console;
  return {
    'GET /events': async (_, exchange) => eventStream(snapshots, exchange),
    'GET /snapshot': () => snapshots.newest(),
    'GET /workers': async () => workersJson(await listWorkers(context)),
    'GET /audit': async ({ query: { since, ...query } }) => {
      const request = { ...query, since: since === undefined ? undefined : Date.parse(since) };
      const { entries, cursor } = await listAudit(context, request);
      return { entries: entries.map(auditJson), nextCursor: cursor ?? null };
    },
    'POST /audit/find': async ({ body: { number, country, ...page } }) => {
      const request = { ...page, number: numberIn({ number, country }) };
      const { entries, cursor } = await listAudit(context, request);
      return { entries: entries.map(auditJson), nextCursor: cursor ?? null };
    },
    'GET /doctor': async (_, { signal }) => {
      const findings: Finding[] = [];
      for await (const some of examine(config, signal)) findings.push(...some);
      return { findings };
    },
    'GET /system': async () => ({
      version: console.version,
      node: process.version,
      startedAt: isoInstant(console.startedAt),
      redis: console.redis.description,
      // The provider is never on this machine.
      isSimulated: isLoopback(config.libby.apiUrl),
    }),
    'GET /redis': async () => ({ ...(await redisFacts(context)) }),
    'GET /access': async () => ({ access: (await listAccess(context)).map(accessJson) }),
    'POST /access': async ({ body }, { asCaller }) => {
      const { access, token } = await addAccess(asCaller, body);
      return { ...accessJson(access), token: token ?? null };
    },
    'DELETE /access/{name}': async ({ params: { name } }, { asCaller }) => {
      await removeAccess(asCaller, name);
      return undefined;
    },
  };
}
