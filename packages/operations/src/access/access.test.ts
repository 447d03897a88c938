import { expect, it } from 'vitest';
import { eachTest, type TestBench } from '../testing/test-bench.ts';
import { addAccess, listAccess, removeAccess } from './access.ts';

let bench: TestBench;
eachTest((each) => {
  bench = each;
});

const ada = { name: 'ada@example.com', role: 'operator' } as const;

it('is proved by a token that is kept nowhere', async () => {
  const { token = '' } = await addAccess(bench.context, ada);
  const { access } = bench.queue;
  expect(token).toMatch(/^libby_[\w-]{60,}$/);
  expect(await access.ofToken(token)).toMatchObject(ada);
  expect(await access.ofToken(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).toBe(
    undefined,
  );
  expect(await access.ofToken('libby_')).toBeUndefined();
  expect(await access.ofToken('nonsense')).toBeUndefined();
  const kept = JSON.stringify(await bench.redis.hgetall(bench.keys.access));
  expect(kept).not.toContain(token.slice(6, 40));
  expect(await bench.decisions('access.add')).toMatchObject([
    { by: 'Ada', details: { access: ada.name, role: 'operator' } },
  ]);
  expect(JSON.stringify(await bench.decisions())).not.toContain(token.slice(6, 40));
});

it('ends at once, with its sessions, and does not come back with its name', async () => {
  const { token = '' } = await addAccess(bench.context, ada);
  const { access } = bench.queue;
  const opened = await access.openSession(token);
  expect(opened?.access).toMatchObject(ada);
  const { session = '' } = opened ?? {};
  expect(await access.ofSession(session)).toMatchObject(ada);
  // A session is no token, and a token no session.
  expect(await access.ofToken(session)).toBeUndefined();
  expect(await access.ofSession(token)).toBeUndefined();
  await removeAccess(bench.context, ada.name);
  expect(await access.isDefined()).toBe(false);
  await addAccess(bench.context, ada);
  expect(await access.ofToken(token)).toBeUndefined();
  expect(await access.ofSession(session)).toBeUndefined();
  expect((await bench.decisions()).map(({ action }) => action)).toEqual([
    'access.add',
    'access.remove',
    'access.add',
  ]);
});

it('of who logs out ends, and no other', async () => {
  const { token = '' } = await addAccess(bench.context, ada);
  const { access } = bench.queue;
  const [one, other] = await Promise.all([access.openSession(token), access.openSession(token)]);
  await access.closeSession(one?.session ?? '');
  expect(await access.ofSession(one?.session ?? '')).toBeUndefined();
  expect(await access.ofSession(other?.session ?? '')).toMatchObject(ada);
});

it('by a proxy needs no token, and who has one cannot come by it', async () => {
  const { token } = await addAccess(bench.context, { ...ada, sso: true });
  expect(token).toBeUndefined();
  await addAccess(bench.context, { name: 'root', role: 'admin' });
  const { access } = bench.queue;
  expect(await access.ofSso(ada.name)).toMatchObject({ ...ada, sso: true });
  expect(await access.ofSso('root')).toBeUndefined();
  expect(await listAccess(bench.context)).toMatchObject([ada, { name: 'root', role: 'admin' }]);
});

it.each([
  [{ name: 'Ada Lovelace' }, 'invalid_access'],
  [{ name: '' }, 'invalid_access'],
  [{ campaigns: ['spring'] }, 'invalid_access'],
  [{ role: 'push' }, 'invalid_access'],
  [{ role: 'push', campaigns: ['Spring!'] }, 'invalid_access'],
] as const)('%j is refused: %s', async (request, code) => {
  await expect(addAccess(bench.context, { ...ada, ...request })).rejects.toMatchObject({ code });
  expect(await bench.decisions()).toEqual([]);
});

it('has each name once, and none that is not there', async () => {
  await addAccess(bench.context, ada);
  await expect(addAccess(bench.context, ada)).rejects.toMatchObject({ code: 'name_taken' });
  await expect(removeAccess(bench.context, 'bo')).rejects.toMatchObject({ code: 'no_such_access' });
});

it('is tried so often from an address, over all processes, and no oftener', async () => {
  const { logInAttempts } = bench.queue;
  const tried = await Promise.all(Array.from({ length: 12 }, () => logInAttempts.begin('::1')));
  expect(tried.filter((waitMs) => waitMs === 0)).toHaveLength(10);
  expect(Math.max(...tried)).toBeLessThanOrEqual(60_000);
  expect(await logInAttempts.begin('192.0.2.7')).toBe(0);
  await logInAttempts.succeeded('::1');
  expect(await logInAttempts.begin('::1')).toBe(0);
});
