/**
 * Names of every key, from the prefix. All carry its hash tag, so that one script may touch them in
 * a cluster.
 */
export class Keys {
  readonly prefix: string;
  /**
   * BullMQ's own prefix: a campaign's queue never meets our keys, whatever the campaign is called.
   */
  readonly queues: string;
  readonly campaigns: string;
  /** Hash: id -> definition of a campaign that is archived. */
  readonly archivedCampaigns: string;
  /** Set: ids of archived campaigns of which not everything is removed yet. */
  readonly campaignsToRemove: string;
  readonly registryVersion: string;
  readonly openCampaigns: string;
  readonly holds: string;
  readonly breakers: string;
  /**
   * Hash: server process -> claims made there; server, since -> the last one met, and when;
   * worker:<id> -> when it last compared, and with which; aliveFrom -> workers that compared later
   * lived when the server became another; lost -> claims found lost; fenced; clock, setBack -> when
   * workers last compared, and how often the clock was set back; doNotCall -> version of that list.
   */
  readonly claimCounts: string;
  readonly results: string;
  /** Stream: calls that other services push; fields `campaign` and `call` (a record as JSON). */
  readonly inbox: string;
  /**
   * Stream: what came by the inbox and cannot be called; fields `entry`, `campaign`, `code`,
   * `reason`, `call`.
   */
  readonly inboxRejected: string;
  /** What the keys of entry statuses begin with, then a day: hash, stream id -> status. */
  readonly inboxStatuses: string;
  /** Written only to see whether Redis takes it. */
  readonly writeCheck: string;
  /** Stream: what was decided, before it was carried out; the oldest go. */
  readonly audit: string;
  /** Hash: stream id of a decision -> JSON of how it ended. */
  readonly auditEnds: string;
  /** Hash: name -> JSON of who may use the HTTP API, with the digest of their token. */
  readonly access: string;
  /** What the keys of sessions begin with, then a digest: string, digest of the token. Expire. */
  readonly sessions: string;
  /** What the keys of failed log-ins begin with, then an address: number. Expire. */
  readonly logInAttempts: string;
  /** Set: names of the forwarders there are. */
  readonly forwarders: string;
  /** Hash: worker -> JSON of what it last said of itself, and when. */
  readonly workers: string;
  readonly identityKey: string;
  /** The pub/sub channel on which changes are announced to sleeping workers. */
  readonly announcements: string;
  readonly token: string;
  /**
   * What the keys of lines begin with: sorted set, owner of a claim -> until when its call occupies
   * the line.
   */
  readonly lines: string;
  /** What the keys of recipients begin with: sorted set, owner of a claim -> when it was made. */
  readonly people: string;
  /** What the keys of the do-not-call list's sets begin with. */
  readonly doNotCallSets: string;
  /** Hash: name of a schedule -> its definition. */
  readonly schedules: string;
  /** BullMQ's prefix for what wakes the daemons when a run is due. */
  readonly triggers: string;
  readonly campaignPrefix: string;

  constructor(prefix: string) {
    if (!/\{[^{}]+\}/.test(prefix))
      throw new TypeError(`the key prefix needs a hash tag, such as {libby}: ${prefix}`);
    this.prefix = prefix;
    this.queues = `${prefix}:q`;
    this.campaigns = `${prefix}:campaigns`;
    this.archivedCampaigns = `${prefix}:campaigns:archived`;
    this.campaignsToRemove = `${prefix}:campaigns:to-remove`;
    this.registryVersion = `${prefix}:campaigns:version`;
    this.openCampaigns = `${prefix}:campaigns:open`;
    this.holds = `${prefix}:holds`;
    this.breakers = `${prefix}:breakers`;
    this.claimCounts = `${prefix}:claims:counts`;
    this.results = `${prefix}:results`;
    this.inbox = `${prefix}:inbox`;
    this.inboxRejected = `${this.inbox}:rejected`;
    this.inboxStatuses = `${this.inbox}:fates:`;
    this.writeCheck = `${prefix}:write-check`;
    this.audit = `${prefix}:audit`;
    this.auditEnds = `${prefix}:audit:ends`;
    this.access = `${prefix}:access`;
    this.sessions = `${this.access}:session:`;
    this.logInAttempts = `${this.access}:attempts:`;
    this.forwarders = `${prefix}:forwarders`;
    this.workers = `${prefix}:workers`;
    this.identityKey = `${prefix}:identity-key`;
    this.announcements = `${prefix}:announcements`;
    this.token = `${prefix}:token`;
    this.lines = `${prefix}:line`;
    this.people = `${prefix}:person`;
    this.doNotCallSets = `${prefix}:dnc`;
    this.schedules = `${prefix}:schedules`;
    this.triggers = `${prefix}:t`;
    this.campaignPrefix = `${prefix}:c:`;
  }

  forward(name: string): ForwardKeys {
    const base = `${this.prefix}:forward:${name}`;
    return {
      group: `forward:${name}`,
      attempts: `${base}:attempts`,
      dead: `${base}:dead`,
      again: `${base}:again`,
    };
  }
  /** @param member as `Person` has it */
  person({ member }: { readonly member: string }): string {
    return `${this.people}:${member}`;
  }
  /** Sets of integers: the people on the do-not-call list. */
  doNotCall(bucket: string): string {
    return `${this.doNotCallSets}:${bucket}`;
  }
  /** Prefix of a campaign's BullMQ keys. */
  queue(campaign: string): string {
    return `${this.queues}:${campaign}:`;
  }
  schedule(name: string): ScheduleKeys {
    const base = `${this.prefix}:schedule:${name}`;
    return {
      runs: `${base}:runs`,
      open: `${base}:open`,
      campaigns: `${base}:campaigns`,
      state: `${base}:state`,
    };
  }
  campaign(campaign: string): CampaignKeys {
    return new CampaignKeys(this.prefix, campaign);
  }
}

/** The keys of BullMQ's `moveToFinished`, in its order, behind the prefix of their queue. */
const COMPLETION_KEYS = [
  'wait',
  'active',
  'prioritized',
  'events',
  'stalled',
  'limiter',
  'delayed',
  'paused',
  'meta',
  'pc',
  'completed',
  // The job's own, which each has for itself.
  '',
  'metrics:completed',
  'marker',
];

/** The keys of one campaign, beside those that all share. */
export class CampaignKeys extends Keys {
  /**
   * Hash: paused, canceled, startsAt, expiresAt, dedupeBy, lists (hashes of those loaded, where
   * rows are told by their place in one), loadingUntil, hasOwnLines, lastSlot, outcome:<name>,
   * redialing, firstResult, lastResult, exported (the stream id up to which its results are in a
   * file), archived (when; it is canceled as well), trimTo (the stream id up to which they may go);
   * incomplete -> the `changed` for which some calls lack what it asks for; endedFor -> the
   * expiresAt for which its waiting calls were ended; changed, unparked -> the registry's
   * version of its latest change, and of the one for which its delayed calls have come up;
   * unparkedAfter -> how often Redis's clock had been set back when they last did for that;
   * named -> its calls were noted by their names from its first one on.
   */
  readonly state: string;
  /**
   * Hash: call id -> ledger entry; call id#1 -> what the first attempt left of a call that was
   * dialed once more.
   */
  readonly ledger: string;
  /** Sorted set: claimed call ids by deadline. */
  readonly claims: string;
  /**
   * Hash: call id -> payload of a settled call that may still be wanted (unknown, or never rang).
   */
  readonly kept: string;
  /** Set: calls to be queued again whose jobs are not in the queue yet. */
  readonly reopened: string;
  /** Hash: call id -> stream id of its latest result, for calls with more than one. */
  readonly revised: string;
  /** Hash: id -> JSON of what all calls of a list have in common: its name and form headings. */
  readonly headings: string;
  /** Sorted set: ids of calls that have an expiry of their own, by that instant. */
  readonly expiries: string;
  /** Set: calls that its canary has let out (see canary.lua). */
  readonly canary: string;
  /**
   * Hash: the turns of calls that wait for one line alone. With `:<what for>` sorted sets: worker
   * -> its turn. With `:at:…` hashes: how many wait for a minute, until it is over. See turns.lua.
   */
  readonly turns: string;
  /**
   * Sorted set: workers that take none of its calls though they could, until when that is so if
   * they say nothing more.
   */
  readonly stuck: string;
  /** The same of workers whose calls begin too late for its slots. */
  readonly offPace: string;
  /**
   * Hash: job id -> a job that is not taken for a call of ours, with why; it is out of the queue.
   */
  readonly setAside: string;
  /**
   * What the keys of its calls' names begin with, then a bucket: hash, the name's keyed hash and
   * the call id without its first letter -> nothing.
   */
  readonly names: string;
  /**
   * JSON array: rules of its definition that a worker does not know. Gone soon after that worker
   * is.
   */
  readonly unkept: string;
  /**
   * What the keys begin with that tell when its requests went out, then an hour since 1970: hash,
   * ten seconds since 1970 -> how many. Expire.
   */
  readonly placed: string;
  /** Which worker ends its calls, all of them being over. Gone soon after that worker is. */
  readonly ending: string;
  /** Of its BullMQ queue: what completing a job takes, as BullMQ's script takes it. */
  readonly completion: readonly string[];

  constructor(prefix: string, campaign: string) {
    super(prefix);
    const base = `${this.campaignPrefix}${campaign}`;
    this.state = `${base}:state`;
    this.ledger = `${base}:ledger`;
    this.claims = `${base}:claims`;
    this.kept = `${base}:kept`;
    this.reopened = `${base}:reopened`;
    this.revised = `${base}:revised`;
    this.headings = `${base}:headings`;
    this.expiries = `${base}:expiries`;
    this.canary = `${base}:canary`;
    this.turns = `${base}:turns`;
    this.stuck = `${base}:stuck`;
    this.offPace = `${base}:off-pace`;
    this.setAside = `${base}:aside`;
    this.names = `${base}:names`;
    this.unkept = `${base}:unkept`;
    this.placed = `${base}:placed`;
    this.ending = `${base}:ending`;
    this.completion = COMPLETION_KEYS.map((name) => this.queue(campaign) + name);
  }
}

export interface ScheduleKeys {
  /** Hash: local time -> JSON of the run. */
  readonly runs: string;
  /** Sorted set: local times of the runs that are not finished, by the instant they are due. */
  readonly open: string;
  /** Hash: campaign id -> local time of the run it belongs to. */
  readonly campaigns: string;
  /**
   * Hash: noted -> every run due by then has its record; forgotten -> some due by then have theirs
   * no more.
   */
  readonly state: string;
}

/** What forwarders of one name share. */
export interface ForwardKeys {
  /** Their consumer group, of the results stream and of `again`. */
  readonly group: string;
  /** Hash: stream id of a result -> attempts to deliver it so far. */
  readonly attempts: string;
  /** Stream of results given up: id, campaign, result, reason, attempts, at. */
  readonly dead: string;
  /** Stream of dead letters to be delivered again: id, campaign, result. */
  readonly again: string;
}
