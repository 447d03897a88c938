import { glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startRedis, type TestRedis } from '@libby-dialer/testkit';
import * as fc from 'fast-check';
import { Redis, ReplyError } from 'ioredis';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { Script } from './script.ts';
import { each, flag, json, list, number, optional, rows, text } from './script-inputs.ts';

let server: TestRedis;
let redis: Redis;
let folder: string;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
  folder = await mkdtemp(join(tmpdir(), 'scripts-'));
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
  await rm(folder, { recursive: true });
});

async function lua(name: string, body: string): Promise<URL> {
  const file = join(folder, `${name}.lua`);
  await writeFile(file, `#!lua flags=no-writes\n${body}\n`);
  return pathToFileURL(file);
}

interface Hold {
  readonly scope: string;
  readonly until?: number | undefined;
}

describe('what a script is given', () => {
  it('reaches Lua in local variables of the same names', async () => {
    const script = new Script({
      lua: await lua(
        'names',
        `return cjson.encode({
          keys = first_key .. second_key, call_id = call_id, next_attempt = attempts + 1,
          again = again, never = never, scope = hold.scope, lasts = hold["until"] == nil,
        })`,
      ),
      keys: ['firstKey', 'secondKey'],
      args: { callId: text, attempts: number, again: flag, never: flag, hold: json<Hold>() },
      answer: (reply: string) => JSON.parse(reply) as unknown,
    });
    const keys = { secondKey: '{t}:2', firstKey: '{t}:1' };
    const hold = { scope: 'all', until: undefined };
    const given = { hold, never: false, again: true, attempts: 1, callId: 'call-1' };
    expect(await script.run(redis, keys, given)).toEqual({
      keys: '{t}:1{t}:2',
      call_id: 'call-1',
      next_attempt: 2,
      again: true,
      never: false,
      scope: 'all',
      lasts: true,
    });
  });

  it('is nil where it may be left out and is', async () => {
    const script = new Script({
      lua: await lua('optional', 'return { tostring(state), tostring(due), tostring(hold) }'),
      keys: ['holds', 'state?'],
      args: { due: optional(number), hold: optional(json<Hold>()) },
    });
    const nothing = { due: undefined, hold: undefined };
    expect(await script.run(redis, { holds: '{t}:1' }, nothing)).toEqual(['nil', 'nil', 'nil']);
    const both = { holds: '{t}:1', state: '{t}:2' };
    expect(await script.run(redis, both, { ...nothing, due: 0 })).toEqual(['{t}:2', '0', 'nil']);
  });

  it('is a table where there may be any number', async () => {
    const script = new Script({
      lua: await lua('tables', 'return cjson.encode({ buckets, #members, members })'),
      keys: ['counts', '...buckets'],
      args: { command: text, members: list(number) },
      answer: (reply: string) => JSON.parse(reply) as unknown,
    });
    const keys = { counts: '{t}:1', buckets: ['{t}:2', '{t}:3'] };
    const some = { command: 'SADD', members: [7, 8, 9] };
    expect(await script.run(redis, keys, some)).toEqual([['{t}:2', '{t}:3'], 3, [7, 8, 9]]);
    const none = { command: 'SADD', members: [] };
    expect(await script.run(redis, { ...keys, buckets: [] }, none)).toEqual([{}, 0, {}]);
  });

  it('is whatever it was, row by row', async () => {
    const script = new Script({
      lua: await lua('rows', 'return cjson.encode({ group, calls })'),
      keys: [],
      args: {
        group: text,
        calls: rows({ callId: text, begun: number, isMeant: flag, reason: optional(text) }),
      },
      answer: (reply: string) => JSON.parse(reply) as unknown,
    });
    const unicode = fc.string({ unit: 'grapheme' });
    const call = fc.record({
      callId: unicode,
      begun: fc.integer(),
      isMeant: fc.boolean(),
      reason: fc.option(fc.string({ unit: 'grapheme', minLength: 1 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(unicode, fc.array(call, { minLength: 1 }), async (group, calls) => {
        expect(await script.run(redis, {}, { group, calls })).toEqual([group, calls]);
      }),
    );
  });

  it('is checked by the compiler', async () => {
    const script = new Script({
      lua: await lua('types', 'return 1'),
      keys: ['ledger', 'state?', '...buckets'],
      args: { callId: text, due: optional(number), calls: rows({ owner: text, begun: number }) },
      answer: Number,
    });
    type Inputs = Parameters<typeof script.run>;
    expectTypeOf<Inputs[1]>().toExtend<{
      readonly ledger: string;
      readonly state?: string | undefined;
      readonly buckets: readonly string[];
    }>();
    expectTypeOf<Inputs[2]>().toEqualTypeOf<{
      readonly callId: string;
      readonly due: number | undefined;
      readonly calls: readonly { readonly owner: string; readonly begun: number }[];
    }>();
    expectTypeOf<ReturnType<typeof script.run>>().toEqualTypeOf<Promise<number>>();
    const keys = { ledger: '{t}:1', buckets: [] };
    const args = { callId: 'call-1', due: undefined, calls: [] };
    expect(await script.run(redis, keys, args)).toBe(1);
    // @ts-expect-error a key is forgotten
    void (() => script.run(redis, { buckets: [] }, args));
    // @ts-expect-error an argument is misspelled
    void (() => script.run(redis, keys, { calId: 'call-1', due: undefined, calls: [] }));
  });
});

async function halving(body: string) {
  return new Script({
    lua: await lua('halving', body),
    shared: ['batch'],
    keys: ['counts'],
    args: { by: number, numbers: each({ even: number, name: optional(text) }) },
    answer: (replies: readonly unknown[]) => replies,
  });
}

describe('a script that is asked about each of many', () => {
  const keys = { counts: '{t}:1' };
  const numbers = [
    { even: 4, name: 'four' },
    { even: 5, name: undefined },
    { even: 6, name: 'six' },
  ];

  it('answers each by itself, with what is given of it in local variables', async () => {
    const script = await halving('return { counts, even / by, name or "nobody" }');
    expect(await script.run(redis, keys, { by: 2, numbers: numbers.slice(0, 2) })).toEqual([
      ['{t}:1', 2, 'four'],
      ['{t}:1', 2, 'nobody'],
    ]);
    expect(await script.run(redis, keys, { by: 2, numbers: [] })).toEqual([]);
  });

  it.each([
    ['what Redis refuses', `return redis.call('HGET', counts)`, /^ERR Wrong number of arg/],
    ['a mistake of its own', 'return even.half', /^ERR user_script:\d+: attempt to index/],
    ['an error it makes', 'error({ err = "MINE all mine" })', /^MINE all mine$/],
  ])('answers for one alone %s', async (_, failing, message) => {
    const script = await halving(`if not name then ${failing} end return even / by`);
    const [four, five, six] = await script.run(redis, keys, { by: 2, numbers });
    expect([four, six]).toEqual([2, 3]);
    expect(five).toBeInstanceOf(ReplyError);
    expect((five as Error).message).toMatch(message);
  });
});

describe('the Lua files', async () => {
  const folder = new URL('..', import.meta.url);
  const files = await Array.fromAsync(glob('**/*.lua', { cwd: fileURLToPath(folder) }));

  it('are found', () => {
    expect(files).toContain(join('gate', 'settle.lua'));
  });

  it.each(files)('%s counts no places, and is no wider than 100 columns', async (file) => {
    const lines = (await readFile(new URL(file, folder), 'utf8')).split('\n');
    expect(lines.filter((line) => /\b(?:KEYS|ARGV)\b/.test(line))).toEqual([]);
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });
});
