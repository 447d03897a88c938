import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { answerJson, startTokenServer, type TokenServer } from '../testing/token-server.ts';
import { MemoryTokenCache } from './token-cache.ts';
import { TokenSource, type TokenSourceOptions } from './token-source.ts';

const DAY_S = 24 * 60 * 60;

function sourceOf(server: TokenServer, options: Partial<TokenSourceOptions>): TokenSource {
  return new TokenSource({
    tokenUrl: server.url,
    clientId: 'id',
    clientSecret: 'secret',
    scope: 's',
    ...options,
  });
}

/**
 * An answer as the endpoint writes it, `expires_in` word for word; without one, it says nothing of
 * the token's life.
 */
function grant(response: ServerResponse, nth: number, expiresIn: string | undefined): void {
  const life = expiresIn === undefined ? '' : `,"expires_in":${expiresIn}`;
  answerJson(response, 200, `{"access_token":"token-${nth}","token_type":"Bearer"${life}}`);
}

/** What an endpoint may say of a token's life, and the milliseconds that it means. */
const sensible = fc
  .oneof(
    fc.integer({ min: 1, max: 3 * DAY_S }),
    fc.integer({ min: 1, max: 60 }),
    fc.double({ min: 0.1, max: 5000, noNaN: true }),
  )
  .chain((seconds) =>
    fc.constantFrom<{ said: string | undefined; lifeMs: number }>(
      { said: String(seconds), lifeMs: Math.min(Math.floor(seconds * 1000), DAY_S * 1000) },
      { said: `"${seconds}"`, lifeMs: Math.min(Math.floor(seconds * 1000), DAY_S * 1000) },
      { said: undefined, lifeMs: 300_000 },
      { said: '9007199254740991', lifeMs: DAY_S * 1000 },
    ),
  );
const senseless = fc.oneof(
  fc.constantFrom(
    '0',
    '-1',
    '"0"',
    '"-3600"',
    'null',
    '""',
    '"soon"',
    '[]',
    '{}',
    'true',
    '1e400',
    '"Infinity"',
    '1e-9',
  ),
  fc.integer({ max: 0 }).map(String),
);
/** As `Math.random`. */
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('a token’s life', () => {
  test('is what the endpoint says, in any form: used to its end and not beyond, renewed at 75 to 80 % of it', async () => {
    await using server = await startTokenServer();
    const share = fc.oneof(
      fc.double({ min: 0, max: 1.2, noNaN: true }),
      fc.double({ min: 0.74, max: 0.81, noNaN: true }),
    );
    await fc.assert(
      fc.asyncProperty(sensible, share, chance, async ({ said, lifeMs }, share, drawn) => {
        server.answer = (response, nth) => grant(response, nth, said);
        const clock = { ms: Date.UTC(2026, 11, 1) };
        let looks = 0;
        const cache = new MemoryTokenCache(() => clock.ms);
        const read = cache.read.bind(cache);
        cache.read = () => {
          looks += 1;
          return read();
        };
        await using source = sourceOf(server, { cache, now: () => clock.ms, random: () => drawn });
        const token = await source.get();
        expect(token.expiresAt).toBe(clock.ms + lifeMs);
        clock.ms += share * lifeMs;
        looks = 0;
        const inHand = source.peek();
        // A request needs time to arrive, so the very end is not used: 15 s, or a tenth of a short
        // life.
        const isUsable = share * lifeMs < lifeMs - Math.min(lifeMs / 10, 15_000);
        expect(inHand).toBe(isUsable ? token : undefined);
        // A renewal begins with a look into the cache.
        const isRenewing = looks > 0;
        expect(isRenewing && (share < 0.7499 || !isUsable)).toBe(false);
        expect(isUsable && share > 0.8001 && !isRenewing).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  test('that is none is no token', async () => {
    await using server = await startTokenServer();
    await fc.assert(
      fc.asyncProperty(senseless, async (said) => {
        server.answer = (response, nth) => grant(response, nth, said);
        await using source = sourceOf(server, {});
        await expect(source.get()).rejects.toMatchObject({ code: 'token_bad_response' });
        expect(source.peek()).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  });

  test('that is over before the token arrives is not begun', async () => {
    const clock = { ms: Date.UTC(2026, 11, 1) };
    await using server = await startTokenServer();
    server.answer = (response, nth) => {
      clock.ms += 10_000;
      grant(response, nth, '10');
    };
    await using source = sourceOf(server, { now: () => clock.ms });
    await expect(source.get()).rejects.toMatchObject({ code: 'token_endpoint_timeout' });
    expect(source.peek()).toBeUndefined();
  });
});

type Step =
  | { readonly kind: 'get' | 'peek' | 'invalidate'; readonly source: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'answer'; readonly status: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constantFrom('get', 'get', 'get', 'peek', 'invalidate'),
      source: fc.nat({ max: 2 }),
    }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 90_000 }) }),
    fc.record({ kind: fc.constant('answer' as const), status: fc.constantFrom(200, 200, 503) }),
  ),
  { minLength: 5, maxLength: 25 },
);

/** Knows whether somebody is fetching, also a renewal that nobody waits for. */
class WatchedCache extends MemoryTokenCache {
  #isLocked = false;

  override async acquireLock(owner: string, ttlMs: number): Promise<boolean> {
    const isOurs = await super.acquireLock(owner, ttlMs);
    this.#isLocked ||= isOurs;
    return isOurs;
  }

  override async releaseLock(owner: string): Promise<void> {
    await super.releaseLock(owner);
    this.#isLocked = false;
  }

  /**
   * A fetch that has begun has the lock one turn later: a lock of virtual time must not run out
   * under a real request.
   */
  async untilFree(): Promise<void> {
    await turn();
    await vi.waitUntil(() => !this.#isLocked, { timeout: 300_000 });
  }
}

describe('three processes that share a token, whatever happens in whatever order', () => {
  test('never ask twice at once, and never use a token that has ended or was refused to them', async () => {
    const lifeMs = 60_000;
    await using server = await startTokenServer();
    await fc.assert(
      fc.asyncProperty(steps, async (steps) => {
        const clock = { ms: Date.UTC(2026, 11, 1) };
        const endOf = new Map<string, number>();
        let status = 200;
        let open = 0;
        let mostOpen = 0;
        server.answer = (response, nth) => {
          open += 1;
          mostOpen = Math.max(mostOpen, open);
          endOf.set(`token-${nth}`, clock.ms + lifeMs);
          // Long enough for whoever else would ask.
          setTimeout(() => {
            open -= 1;
            if (status === 200) grant(response, nth, String(lifeMs / 1000));
            else answerJson(response, status, {});
          }, 4);
        };
        const cache = new WatchedCache(() => clock.ms);
        const now = () => clock.ms;
        const sources = [0, 1, 2].map(() => sourceOf(server, { cache, now, random: () => 0 }));
        const refused = sources.map(() => new Set<string>());
        const used = async (index: number, isWaiting: boolean) => {
          const source = sources[index];
          const token = isWaiting ? await source?.get().catch(() => undefined) : source?.peek();
          const value = token?.reveal();
          expect(value === undefined || clock.ms < (endOf.get(value) ?? 0)).toBe(true);
          expect(refused[index]?.has(value ?? '')).toBe(false);
          return token;
        };
        let underWay: Promise<unknown>[] = [];
        for (const step of steps) {
          if (step.kind === 'answer') status = step.status;
          else if (step.kind === 'peek') await used(step.source, false);
          else if (step.kind === 'get') underWay.push(used(step.source, true));
          else {
            // Time goes on, and tokens are refused, between requests: within one, a token in hand
            // is the caller's.
            await Promise.all(underWay);
            underWay = [];
            await cache.untilFree();
            if (step.kind === 'wait') clock.ms += step.ms;
            else {
              const token = await used(step.source, false);
              refused[step.source]?.add(token?.reveal() ?? 'none');
              if (token !== undefined) await sources[step.source]?.invalidate(token);
            }
          }
        }
        await Promise.all(underWay);
        await Promise.all(sources.map((source) => source.close()));
        expect(mostOpen).toBeLessThanOrEqual(1);
      }),
      { numRuns: 20 },
    );
  });
});
