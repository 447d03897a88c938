import type { ApiParts } from '@libby-dialer/http-api';
import {
  deadLetters,
  entryJson,
  inboxEntry,
  inboxStatus,
  listForwarders,
  rejectedEntries,
  rejectedJson,
  removeForwarder,
  retryDeadLetters,
} from '@libby-dialer/operations';
import type { Console } from '../console.ts';
import type { Handlers } from '../http/handlers.ts';

export function intakeHandlers({ context }: Console): Handlers<ApiParts['intake']> {
  return {
    'GET /inbox': async () => {
      const report = await inboxStatus(context);
      return { ...report, consumers: report.consumers.map((each) => ({ ...each })) };
    },
    'GET /inbox/entries/{entry}': async ({ params: { entry } }) =>
      entryJson(entry, await inboxEntry(context, entry)),
    'GET /inbox/rejected': async ({ query }) => {
      const { entries, cursor } = await rejectedEntries(context, query);
      return { rejected: entries.map(rejectedJson), nextCursor: cursor ?? null };
    },
    'GET /forwarders': async () => ({
      forwarders: (await listForwarders(context)).map(({ unread, ...state }) => ({
        ...state,
        unread: unread ?? null,
      })),
    }),
    'DELETE /forwarders/{name}': async ({ params: { name } }, { asCaller }) => {
      await removeForwarder(asCaller, name);
      return undefined;
    },
    'GET /forwarders/{name}/dead-letters': async ({ params: { name }, query }) => {
      const letters = [];
      let isPast = query.cursor === undefined;
      for await (const letter of deadLetters(context, name)) {
        if (isPast) letters.push(letter);
        isPast ||= letter.id === query.cursor;
        if (letters.length > query.limit) break;
      }
      const page = letters.slice(0, query.limit);
      const hasMore = letters.length > query.limit;
      return { deadLetters: page, nextCursor: hasMore ? (page.at(-1)?.id ?? null) : null };
    },
    'POST /forwarders/{name}/dead-letters/retry': async ({ params: { name } }, { asCaller }) => ({
      count: await retryDeadLetters(asCaller, name),
    }),
  };
}
