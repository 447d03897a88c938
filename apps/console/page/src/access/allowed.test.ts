import { type ApiRoute, api, mayUse, type Role } from '@libby-dialer/http-api';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { WHOAMI } from '../live/queries.ts';

beforeAll(() => void vi.stubGlobal('matchMedia', () => ({ matches: false })));
afterAll(() => void vi.unstubAllGlobals());

/** So that pages have something to act on: answers, by the keys that they are asked by. */
const KNOWN: readonly (readonly [key: readonly unknown[], answer: object])[] = [
  [
    ['GET /forwarders', {}],
    { forwarders: [{ name: 'crm', isRunning: true, unread: 0, inHand: 0, dead: 2 }] },
  ],
  [
    ['GET /campaigns/{id}', { params: { id: 'spring' } }],
    {
      id: 'spring',
      state: 'running',
      pending: 3,
      inFlight: 0,
      outcomes: { accepted: 1, rejected: 2, unknown: 1 },
      holds: [],
      idleReasons: [],
      rate: { perSecond: 1 },
      allowedCallsPerSecond: null,
      workers: 1,
      eta: null,
      opensAt: null,
    },
  ],
  [
    ['POST /do-not-call/check', { number: '+15055550177' }],
    { numbers: [{ number: '+15055550177', isListed: false, latest: null }] },
  ],
];

/** One address of each page. */
async function addresses(): Promise<string[]> {
  const { router } = await import('../routes.tsx');
  const { keepQuestion } = await import('../people/question.ts');
  keepQuestion({ number: '+15055550177' });
  return Object.keys(router.routesByPath).map((path) =>
    path.replace('$id', 'spring?show=rejected').replace('$name', 'crm').replace(/\$\w+/, 'any'),
  );
}

/** What somebody is offered on a page at first, and by which requests it asks. */
async function firstLook(role: Role, address: string) {
  const { router } = await import('../routes.tsx');
  const client = new QueryClient();
  client.setQueryData([WHOAMI], { name: 'vera', role, by: 'token' });
  for (const [key, answer] of KNOWN) client.setQueryData(key, answer);
  router.update({
    ...router.options,
    history: createMemoryHistory({ initialEntries: [address] }),
  });
  await router.load();
  const page = createElement(RouterProvider, { router });
  const html = renderToString(createElement(QueryClientProvider, { client }, page));
  const keys = client.getQueryCache().getAll();
  return {
    asked: keys.map(({ queryKey: [name] }) => name as ApiRoute),
    // Whatever changes something asks first: its button ends like this.
    offered: [...html.matchAll(/<(?:button|a)\b[^>]*>([^<]*(?:<!-- -->[^<]*)*…)</g)].map(
      ([, label = '']) => label.replaceAll('<!-- -->', ''),
    ),
  };
}

async function everywhere(role: Role) {
  const looks = [];
  for (const address of await addresses()) looks.push(await firstLook(role, address));
  return {
    refused: looks.flatMap(({ asked }) => asked).filter((name) => !mayUse(role, api[name].role)),
    asked: new Set(looks.flatMap(({ asked }) => asked)),
    offered: looks.flatMap(({ offered }) => offered),
  };
}

it('a viewer is offered nothing that is refused, and no page of theirs asks for it', async () => {
  const { refused, offered } = await everywhere('viewer');
  expect({ refused, offered }).toEqual({ refused: [], offered: [] });
});

const OFFERED_TO_OPERATORS = [
  'Cancel…',
  'Change…',
  'Dial once more…',
  'Do not call…',
  'Libby took…',
  'Pause…',
  'Queue all 2 again…',
  'Send all 2 again…',
  'Your table back…',
];

it('an operator is offered what they may decide, and no more', async () => {
  const { refused, offered } = await everywhere('operator');
  expect({ refused, offered: offered.toSorted() }).toEqual({
    refused: [],
    offered: OFFERED_TO_OPERATORS,
  });
});

it('an admin is offered all of it', async () => {
  const { asked, offered } = await everywhere('admin');
  expect([...asked]).toEqual(expect.arrayContaining(['GET /access', 'GET /audit', 'GET /lists']));
  expect(offered.toSorted()).toEqual(
    [
      ...OFFERED_TO_OPERATORS,
      'Add a schedule…',
      'Erase…',
      'Forget…',
      'Let somebody in…',
    ].toSorted(),
  );
});
