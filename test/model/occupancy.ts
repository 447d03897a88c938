import type {
  Claim,
  ClaimRequest,
  Gate,
  GateAnswer,
  RememberedCall,
  SettleRequest,
  Uncompared,
} from '@libby-dialer/dial-queue';
import type { Outcome } from '@libby-dialer/dialing';
import type { TestRedis } from '@libby-dialer/testkit';
import { Fixture } from '../../packages/dial-queue/src/testing/fixture.ts';

/** Who speaks of a call: the run that asked last, or one nobody has heard of. */
export type Who = 'latest' | 'somebody';
export type Move =
  | { readonly kind: 'ask' | 'release' | 'withdraw'; readonly call: number; readonly who: Who }
  | { readonly kind: 'renew'; readonly call: number }
  | { readonly kind: 'settle'; readonly call: number; readonly who: Who; readonly outcome: Outcome }
  | { readonly kind: 'pass'; readonly minutes: number }
  | { readonly kind: 'back_up' | 'restore' };

const MINUTE_MS = 60_000;
/**
 * Time passes by whole minutes, and nothing ends at one: no instant is ever nearer than a quarter
 * of a minute.
 */
const CLAIM_MS = 5.5 * MINUTE_MS;
const LINES = ['+15055550100', '+15055550101'];
const PEOPLE = ['+15055550111', '+15055550112', '+15055550113'];
const CAMPAIGNS = {
  spring: {
    lines: LINES,
    redials: true,
    limits: { conversationMs: 11.25 * MINUTE_MS, maxPerLine: 2, maxInFlight: 3 },
  },
  autumn: {
    lines: LINES,
    redials: false,
    limits: {
      conversationMs: 20.25 * MINUTE_MS,
      maxPerLine: 3,
      caps: [{ calls: 2, hours: 125.5 / 60 }],
    },
  },
  winter: {
    lines: LINES.slice(0, 1),
    redials: true,
    limits: {
      conversationMs: 3.25 * MINUTE_MS,
      maxInFlight: 1,
      caps: [{ calls: 1, hours: 40.5 / 60 }],
    },
  },
} as const;
type CampaignId = keyof typeof CAMPAIGNS;
const IDS = Object.keys(CAMPAIGNS) as CampaignId[];
const CALLS = 9;
const MAY_HAVE_RUNG: ReadonlySet<Outcome> = new Set(['accepted', 'unknown']);
const LONGER_THAN_ANYTHING_MINUTES = 31 * 24 * 60;

/** What became of an owner's claim. Instants are of the test's own time (see `#ahead`). */
interface Fate {
  readonly call: number;
  readonly claim: Claim;
  readonly outcome?: Outcome | 'released';
  /** When it was settled first. */
  readonly endedAt?: number;
  /** A redial that was refused: its claim has ended for good. */
  readonly isUnrung?: boolean;
}

/** What is known of a call. */
interface Known {
  readonly state: 'free' | 'claimed' | 'awaits' | 'over';
  readonly owner: string;
  readonly redialAt?: number;
}
const NEW: Known = { state: 'free', owner: '' };

/**
 * Owners on each line and counted with each person, and how many are in flight; instants in
 * minutes.
 */
export interface Standing {
  readonly lines: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly people: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly inFlight: Readonly<Record<string, number>>;
}

interface Backup {
  readonly keys: readonly (readonly [key: string, value: Buffer])[];
  readonly ahead: number;
  readonly fates: ReadonlyMap<string, Fate>;
  readonly known: ReadonlyMap<number, Known>;
}

interface Remembered extends RememberedCall {
  readonly campaign: CampaignId;
  readonly settled?: SettleRequest;
}

/**
 * The scripts, asked anything by anybody in any order, beside what places they should take: told
 * from the fate of each claim alone.
 */
export class Occupancy implements Disposable {
  static readonly calls = CALLS;
  readonly #fixture: Fixture;
  readonly #gate: Gate;
  #fates = new Map<string, Fate>();
  #known = new Map<number, Known>();
  /** What workers remember, by owner. */
  readonly #remembered = new Map<string, Remembered>();
  #backup: Backup | undefined;
  #owners = 0;
  /**
   * Redis's clock cannot be set: as time passes what is written there is moved into the past. So
   * far it has been moved by this.
   */
  #ahead = 0;

  private constructor(fixture: Fixture) {
    this.#fixture = fixture;
    this.#gate = fixture.gate({ sendWithinMs: CLAIM_MS, claimMs: CLAIM_MS });
  }

  static async on(server: TestRedis): Promise<Occupancy> {
    return new Occupancy(await Fixture.on(server));
  }

  [Symbol.dispose](): void {
    this.#fixture[Symbol.dispose]();
  }

  async make(move: Move): Promise<void> {
    switch (move.kind) {
      case 'ask':
        return this.#ask(move.call, this.#who(move.call, move.who));
      case 'renew':
        return this.#renew(move.call);
      case 'settle':
        return this.#settle(move.call, this.#who(move.call, move.who), move.outcome);
      case 'release':
      case 'withdraw':
        return this.#giveBack(move.kind, move.call, this.#who(move.call, move.who));
      case 'pass':
        return this.#pass(move.minutes * MINUTE_MS);
      case 'back_up':
        return this.#backUp();
      case 'restore':
        return this.#restore();
    }
  }

  /**
   * Whatever is still claimed is found by somebody when its time is over; then that of everything
   * else is.
   */
  async end(): Promise<void> {
    await this.#pass(2 * CLAIM_MS);
    for (const [call, { state, owner }] of this.#known)
      if (state === 'claimed') await this.#settle(call, owner, 'unknown');
    await this.#pass(LONGER_THAN_ANYTHING_MINUTES * MINUTE_MS);
  }

  nothing(): Standing {
    return this.#sorted([], [], []);
  }

  expected(): Standing {
    const now = this.#now();
    const fates = [...this.#fates].filter(
      ([, { outcome }]) => outcome === undefined || isCounted(outcome),
    );
    const inFlight = fates.filter(
      ([, fate]) => fate.outcome === undefined && fate.claim.deadline > now,
    );
    return this.#sorted(
      fates
        .map(([owner, fate]) => [fate.claim.line, owner, occupiedUntil(fate)] as const)
        .filter(([, , till]) => till > now),
      fates.map(([owner, { claim }]) => [claim.person, owner, claim.claimedAt] as const),
      inFlight.map(([, { call }]) => campaignOf(call)),
    );
  }

  async standing(): Promise<Standing> {
    const { redis, keys } = this.#fixture;
    const real = Date.now();
    const read = async (key: string, from: number | string) => {
      const flat = await redis.zrangebyscore(key, from, '+inf', 'WITHSCORES');
      return Array.from(
        { length: flat.length / 2 },
        (_, at) => [flat[2 * at] ?? '', Number(flat[2 * at + 1]) + this.#ahead] as const,
      );
    };
    const lines = await Promise.all(
      LINES.map(async (line) =>
        (await read(`${keys.lines}:${line}`, real)).map((each) => [line, ...each] as const),
      ),
    );
    const people = await Promise.all(
      PEOPLE.map(async (number) => {
        const { member } = this.#fixture.identity.person(number);
        const noted = await read(`${keys.people}:${member}`, real - 30 * 24 * 60 * MINUTE_MS);
        return noted.map((each) => [member, ...each] as const);
      }),
    );
    const inFlight = await Promise.all(
      IDS.map(async (id) => (await read(keys.campaign(id).claims, real)).map(() => id)),
    );
    return this.#sorted(lines.flat(), people.flat(), inFlight.flat());
  }

  #sorted(
    lines: readonly (readonly [line: string, owner: string, till: number])[],
    people: readonly (readonly [person: string, owner: string, at: number])[],
    inFlight: readonly CampaignId[],
  ): Standing {
    // To the minute: what was done takes a moment, and never a quarter of one.
    const grouped = (of: readonly (readonly [string, string, number])[]) =>
      Object.fromEntries(
        [...Map.groupBy(of, ([place]) => place)].map(([place, each]) => [
          place,
          Object.fromEntries(
            each.map(([, owner, at]) => [
              owner,
              Math.round((4 * (at - this.#start)) / MINUTE_MS) / 4,
            ]),
          ),
        ]),
      );
    const counts = Object.fromEntries(
      IDS.map((id) => [id, inFlight.filter((each) => each === id).length]),
    );
    return { lines: grouped(lines), people: grouped(people), inFlight: counts };
  }
  readonly #start = Date.now();

  #now(): number {
    return Date.now() + this.#ahead;
  }

  #who(call: number, who: Who): string {
    const { owner } = this.#knownOf(call);
    if (who === 'latest' && owner !== '') return owner;
    this.#owners += 1;
    return `owner ${this.#owners}`;
  }

  #knownOf(call: number): Known {
    return this.#known.get(call) ?? NEW;
  }

  #request(call: number, owner: string, renews?: number): ClaimRequest {
    const { lines, limits } = CAMPAIGNS[campaignOf(call)];
    const person = this.#fixture.identity.person(personOf(call));
    return this.#fixture.request({
      callId: `call-${call}`,
      owner,
      campaign: campaignOf(call),
      person,
      lines,
      limits,
      renews,
    });
  }

  async #ask(call: number, owner: string, renews?: number): Promise<void> {
    const foreseen = this.#foresee(call, owner, renews !== undefined);
    const answer = await this.#gate.claim(this.#request(call, owner, renews));
    if (told(answer) !== foreseen)
      throw new Error(`call ${call}, ${owner}: the gate says ${told(answer)}, not ${foreseen}`);
    const known = this.#knownOf(call);
    if (answer.kind === 'done') this.#known.set(call, { ...known, state: 'over' });
    if (answer.kind !== 'dial') return;
    this.#known.set(call, { state: 'claimed', owner });
    this.#fates.set(owner, { call, claim: moved(answer.claim, this.#ahead) });
    const revision = answer.claim.revision + 1;
    const campaign = campaignOf(call);
    this.#remembered.set(owner, {
      campaign,
      callId: `call-${call}`,
      owner,
      revision,
      claim: moved(answer.claim, this.#ahead),
    });
  }

  async #renew(call: number): Promise<void> {
    const { state, owner } = this.#knownOf(call);
    const claim = this.#fates.get(owner)?.claim;
    if (state === 'claimed' && claim !== undefined) await this.#ask(call, owner, claim.attempts);
  }

  /** What the gate must answer, from the fates of all claims. */
  #foresee(call: number, owner: string, renews: boolean): string {
    const known = this.#knownOf(call);
    const now = this.#now();
    const { limits, lines } = CAMPAIGNS[campaignOf(call)];
    if (known.state === 'over') return 'done';
    const own = known.state === 'claimed' ? this.#fates.get(known.owner)?.claim : undefined;
    if (own !== undefined && known.owner !== owner)
      return now <= own.deadline ? 'busy' : 'in_doubt';
    if (own !== undefined && !renews) return `dial ${own.line}`;
    if (own !== undefined && now > own.deadline) return 'busy';

    const {
      lines: occupied,
      people,
      answered,
      inFlight,
    } = this.#without(own === undefined ? undefined : owner);
    const person = this.#fixture.identity.person(personOf(call)).member;
    const caps = 'caps' in limits ? limits.caps : [];
    const isFull = (of: readonly Claim[]) =>
      caps.some(({ calls, hours }) => {
        const since = now - hours * 60 * MINUTE_MS;
        return (
          of.filter((each) => each.person === person && each.claimedAt > since).length >= calls
        );
      });
    if (isFull(answered)) return known.state === 'awaits' ? 'done' : 'skip';
    if (known.state === 'awaits' && (now < (known.redialAt ?? 0) || known.owner === owner))
      return 'wait redial';
    if (isFull(people)) return 'wait cap';
    const counts = lines.map((line) => occupied.filter((each) => each === line).length);
    const fewest = Math.min(...counts);
    if ('maxPerLine' in limits && fewest >= limits.maxPerLine) return 'wait line';
    const flying = inFlight.filter((each) => each === campaignOf(call)).length;
    if ('maxInFlight' in limits && flying >= limits.maxInFlight) return 'wait in_flight';
    return `dial ${lines[counts.indexOf(fewest)]}`;
  }

  /** Everybody's places but this one's. */
  #without(left: string | undefined) {
    const now = this.#now();
    const others = [...this.#fates].filter(
      ([owner, { outcome }]) => owner !== left && (outcome === undefined || isCounted(outcome)),
    );
    return {
      lines: others
        .filter(([, fate]) => occupiedUntil(fate) > now)
        .map(([, { claim }]) => claim.line),
      people: others.map(([, { claim }]) => claim),
      answered: others
        .filter(([, { outcome, claim }]) => outcome !== undefined || claim.deadline <= now)
        .map(([, { claim }]) => claim),
      inFlight: others
        .filter(([, { outcome, claim }]) => outcome === undefined && claim.deadline > now)
        .map(([, { call }]) => campaignOf(call)),
    };
  }

  async #settle(call: number, owner: string, wanted: Outcome): Promise<void> {
    const fate = this.#fates.get(owner);
    if (fate?.isUnrung) return;
    const campaign = campaignOf(call);
    const redials = fate?.claim.redials;
    // Who never had a claim skips the call; and no redial ends as if nothing had rung.
    const claimed = redials !== undefined && wanted !== 'accepted' ? 'unknown' : wanted;
    const outcome = fate === undefined ? 'suppressed' : claimed;
    const unrung = redials !== undefined && !isCounted(wanted);
    const isDoubt = outcome === 'unknown' && CAMPAIGNS[campaign].redials;
    const redialAfterMs = isDoubt ? CAMPAIGNS[campaign].limits.conversationMs : undefined;
    const request = this.#fixture.settling({
      callId: `call-${call}`,
      owner,
      campaign,
      outcome,
      redials,
      unrung,
      redialAfterMs,
      resultsBefore: fate?.claim.revision || undefined,
      claimed: fate && moved(fate.claim, -this.#ahead),
    });
    const answer = await this.#gate.settle(request);
    if (answer.kind !== 'settled') {
      this.#remembered.delete(owner);
      return;
    }
    this.#ended(call, owner, outcome, answer.redialAt);
    const ended = this.#fates.get(owner);
    if (unrung && ended !== undefined)
      this.#fates.set(owner, { ...ended, outcome: 'released', isUnrung: true });
    if (fate === undefined && outcome !== 'unknown') return;
    const settled = { ...request, resultsBefore: answer.revision - 1, claimed: fate?.claim };
    this.#remembered.delete(owner);
    this.#remembered.set(owner, {
      campaign,
      callId: request.callId,
      owner,
      revision: answer.revision,
      redials,
      settled,
    });
  }

  #ended(call: number, owner: string, outcome: Outcome, redialAt: number | undefined): void {
    const fate = this.#fates.get(owner);
    if (fate !== undefined)
      this.#fates.set(owner, { ...fate, outcome, endedAt: fate.endedAt ?? this.#now() });
    const state = redialAt === undefined ? 'over' : 'awaits';
    this.#known.set(call, {
      state,
      owner,
      ...(redialAt !== undefined && { redialAt: redialAt + this.#ahead }),
    });
  }

  async #giveBack(how: 'release' | 'withdraw', call: number, owner: string): Promise<void> {
    const of = { callId: `call-${call}`, owner, campaign: campaignOf(call) };
    const isReleased =
      how === 'withdraw'
        ? await this.#gate.withdraw(of)
        : (await this.#gate.release(this.#fixture.releasing(of))) === 'released';
    const fate = this.#fates.get(owner);
    if (!isReleased || fate === undefined || this.#knownOf(call).state !== 'claimed') return;
    this.#remembered.delete(owner);
    this.#fates.set(owner, { ...fate, outcome: 'released' });
    this.#known.set(call, { state: 'free', owner });
  }

  async #pass(ms: number): Promise<void> {
    await this.#moveBack(ms);
    this.#ahead += ms;
  }

  /** Every instant that stands in Redis. */
  async #moveBack(ms: number): Promise<void> {
    const { redis, keys } = this.#fixture;
    const sets = [
      ...LINES.map((line) => `${keys.lines}:${line}`),
      ...IDS.map((id) => keys.campaign(id).claims),
    ];
    for (const number of PEOPLE)
      sets.push(`${keys.people}:${this.#fixture.identity.person(number).member}`);
    const moves = redis.pipeline();
    for (const key of sets) {
      for (const member of await redis.zrange(key, '0', '-1')) moves.zincrby(key, -ms, member);
    }
    for (const id of IDS) {
      const { ledger, turns } = keys.campaign(id);
      moves.del(turns);
      for (const [field, entry] of Object.entries(await redis.hgetall(ledger))) {
        moves.hset(ledger, field, JSON.stringify(moved(JSON.parse(entry) as Claim, -ms)));
      }
    }
    await moves.exec();
  }

  async #backUp(): Promise<void> {
    const { redis, keys } = this.#fixture;
    const names = await redis.keys(`${keys.prefix}*`);
    const values = await Promise.all(names.map((name) => redis.dumpBuffer(name)));
    const [fates, known] = [new Map(this.#fates), new Map(this.#known)];
    this.#backup = {
      keys: names.map((name, index) => [name, values[index] as Buffer]),
      ahead: this.#ahead,
      fates,
      known,
    };
  }

  /** As after the loss of all that came since; then workers write again what they know. */
  async #restore(): Promise<void> {
    if (this.#backup === undefined) return;
    const { redis, keys } = this.#fixture;
    const lost = await redis.keys(`${keys.prefix}*`);
    if (lost.length > 0) await redis.del(...lost);
    for (const [name, value] of this.#backup.keys) await redis.restore(name, 0, value);
    await this.#moveBack(this.#ahead - this.#backup.ahead);
    const before = this.#fates;
    [this.#fates, this.#known] = [new Map(this.#backup.fates), new Map(this.#backup.known)];
    await this.#recall(before);
    for (const [owner, fate] of before) {
      const isKept =
        this.#fates.has(owner) ||
        !this.#remembered.has(owner) ||
        isOvertaken(fate, this.#backup.known);
      if (!isKept)
        throw new Error(`what ${owner} did of call ${fate.call} is lost, though it is remembered`);
    }
  }

  async #recall(before: ReadonlyMap<string, Fate>): Promise<void> {
    const { evidence } = this.#fixture.queue;
    for (const id of IDS) {
      const calls = [...this.#remembered.values()].filter(({ campaign }) => campaign === id);
      const now = calls.map(({ claim, ...call }) => ({
        ...call,
        ...(claim && { claim: moved(claim, -this.#ahead) }),
      }));
      const { unsettled } = await evidence.recall(id, now);
      for (const { claim, owner, callId } of calls) {
        if (claim === undefined || !(await this.#isClaimedBy(id, callId, owner))) continue;
        const fate = before.get(owner);
        const call = Number(callId.slice('call-'.length));
        // One that was there before was not written again.
        if (fate !== undefined && !this.#fates.has(owner)) this.#fates.set(owner, fate);
        this.#known.set(call, { state: 'claimed', owner });
      }
      for (const { settled, owner, callId } of unsettled) {
        if (settled === undefined) continue;
        const claimed = settled.claimed && moved(settled.claimed, -this.#ahead);
        const answer = await this.#gate.settle({ ...settled, claimed });
        if (answer.kind !== 'settled') continue;
        const fate = before.get(owner);
        if (fate !== undefined && !this.#fates.has(owner))
          this.#fates.set(owner, { call: fate.call, claim: fate.claim });
        this.#ended(Number(callId.slice('call-'.length)), owner, settled.outcome, answer.redialAt);
      }
    }
  }

  async #isClaimedBy(id: CampaignId, callId: string, owner: string): Promise<boolean> {
    const entry = await this.#fixture.redis.hget(this.#fixture.keys.campaign(id).ledger, callId);
    const { state, owner: of } = JSON.parse(entry ?? '{}') as { state?: string; owner?: string };
    return state === 'claimed' && of === owner;
  }
}

function campaignOf(call: number): CampaignId {
  return IDS[call % IDS.length] ?? 'spring';
}

/** Each is called by every campaign. */
function personOf(call: number): string {
  return PEOPLE[Math.floor(call / IDS.length)] ?? '';
}

/** Another's claim stands where its own was, and keeps the call from everybody. */
function isOvertaken({ call, claim }: Fate, known: Backup['known']): boolean {
  return known.get(call)?.state === 'claimed' && claim.redials === undefined;
}

function isCounted(outcome: Outcome | 'released'): boolean {
  return outcome !== 'released' && MAY_HAVE_RUNG.has(outcome);
}

function occupiedUntil({ claim, endedAt }: Fate): number {
  return Math.min(endedAt ?? Number.POSITIVE_INFINITY, claim.deadline) + claim.conversationMs;
}

function told(answer: GateAnswer | Uncompared): string {
  if (answer.kind === 'dial') return `dial ${answer.claim.line}`;
  return answer.kind === 'wait' ? `wait ${answer.waitFor}` : answer.kind;
}

const INSTANTS = ['claimedAt', 'sendBy', 'deadline', 'redialAt'] as const;

/** All its instants so much later. */
function moved<Entry extends object>(entry: Entry, ms: number): Entry {
  const values = entry as Readonly<Record<string, unknown>>;
  const later = INSTANTS.filter((name) => typeof values[name] === 'number').map((name) => [
    name,
    Number(values[name]) + ms,
  ]);
  return { ...entry, ...Object.fromEntries(later) };
}
