import { describe, expect, test } from 'vitest';
import { Slots, SlotUser } from './slots.ts';

/**
 * Campaigns that call without end on slots whose time is ours: an event after the other, each when
 * a call ends.
 */
class Scene {
  readonly slots: Slots;
  /** Who was given a slot, in order. */
  readonly begun: string[] = [];
  readonly #ends: { at: number; end: () => void }[] = [];
  #now = 0;

  constructor(total: number) {
    this.slots = new Slots(total, () => this.#now);
  }

  /** One call of a user, lasting so long from when it is given its slot. */
  async call(user: SlotUser, name: string, lastsMs: number): Promise<void> {
    await this.slots.run(user, () => {
      this.begun.push(name);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#ends.push({ at: this.#now + lastsMs, end: resolve });
      return promise;
    });
  }

  /** A campaign that always has so many jobs in hand. */
  campaign(name: string, { weight = 1, inHand = 1, lastsMs = 100 } = {}): SlotUser {
    const user = new SlotUser();
    this.slots.weigh(user, weight);
    const again = async (): Promise<void> => {
      await this.call(user, name, lastsMs);
      return again();
    };
    for (let job = 0; job < inHand; job += 1) void again();
    return user;
  }

  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    for (let next = this.#earliest(until); next !== undefined; next = this.#earliest(until)) {
      this.#now = next.at;
      next.end();
      await settle();
    }
    this.#now = until;
  }

  /** Calls begun by each since the last count. */
  count(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const name of this.begun.splice(0)) counts[name] = (counts[name] ?? 0) + 1;
    return counts;
  }

  #earliest(until: number) {
    this.#ends.sort((a, b) => a.at - b.at);
    return (this.#ends[0]?.at ?? Number.POSITIVE_INFINITY) <= until
      ? this.#ends.shift()
      : undefined;
  }
}

/** Lets everything happen that waits for no time. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('slots of a process', () => {
  test('no more run at once than there are slots, and each that ends lets the next begin', async () => {
    const scene = new Scene(3);
    scene.campaign('a', { inHand: 5 });
    await scene.pass(99);
    expect(scene.count()).toEqual({ a: 3 });
    await scene.pass(1);
    expect(scene.count()).toEqual({ a: 3 });
  });

  test('gives back the slot of work that fails', async () => {
    const slots = new Slots(1, () => 0);
    const user = new SlotUser();
    await expect(slots.run(user, () => Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    );
    expect(await slots.run(user, () => Promise.resolve('next'))).toBe('next');
  });

  test('a newcomer gets the next free slot, however many jobs of another wait', async () => {
    const scene = new Scene(2);
    scene.campaign('big', { inHand: 50 });
    await scene.pass(10_050);
    scene.count();
    void scene.call(new SlotUser(), 'small', 100);
    await scene.pass(50);
    expect(scene.begun[0]).toBe('small');
  });

  test('campaigns that outnumber the slots take turns', async () => {
    const scene = new Scene(2);
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) scene.campaign(name);
    await scene.pass(2_450);
    expect(scene.count()).toEqual({ a: 10, b: 10, c: 10, d: 10, e: 10 });
  });

  test('slots that come free at once go to one after the other', async () => {
    const scene = new Scene(3);
    scene.campaign('first', { inHand: 3 });
    await scene.pass(50);
    scene.count();
    for (const name of ['a', 'b', 'c']) scene.campaign(name, { inHand: 3 });
    await scene.pass(50);
    expect(scene.begun).toEqual(['a', 'b', 'c']);
  });

  test('turns are as frequent as the weights are high, and the lightest has its turns', async () => {
    const scene = new Scene(1);
    scene.campaign('heavy', { weight: 4, inHand: 2 });
    scene.campaign('middle', { weight: 2, inHand: 2 });
    scene.campaign('light', { weight: 1, inHand: 2 });
    await scene.pass(70_000);
    const { heavy = 0, middle = 0, light = 0 } = scene.count();
    expect(light).toBeGreaterThanOrEqual(99);
    expect(middle / light).toBeCloseTo(2, 1);
    expect(heavy / light).toBeCloseTo(4, 1);
  });

  test('slow calls get no more of the time than quick ones', async () => {
    const scene = new Scene(1);
    scene.campaign('slow', { lastsMs: 3_000, inHand: 10 });
    scene.campaign('quick', { lastsMs: 100, inHand: 2 });
    await scene.pass(60_000);
    const { slow = 0, quick = 0 } = scene.count();
    expect(slow).toBeLessThanOrEqual(11);
    expect(quick).toBeGreaterThanOrEqual(270);
  });

  test('what was not used while away is not owed', async () => {
    const scene = new Scene(1);
    scene.campaign('busy', { inHand: 2 });
    const other = new SlotUser();
    void scene.call(other, 'other', 100);
    await scene.pass(100_000);
    scene.count();
    for (let job = 0; job < 50; job += 1) void scene.call(other, 'other', 100);
    await scene.pass(2_000);
    const { busy = 0, other: others = 0 } = scene.count();
    expect(Math.abs(busy - others)).toBeLessThanOrEqual(2);
  });

  test('a change of weight takes effect at once', async () => {
    const scene = new Scene(1);
    scene.campaign('a', { weight: 1, inHand: 2 });
    const b = scene.campaign('b', { weight: 1 / 1024, inHand: 2 });
    await scene.pass(1_950);
    expect(scene.count()).toEqual({ a: 19, b: 1 });
    scene.slots.weigh(b, 1);
    await scene.pass(2_000);
    expect(scene.count()).toEqual({ a: 10, b: 10 });
  });
});
