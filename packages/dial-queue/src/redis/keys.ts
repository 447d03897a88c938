/**
 * Names of every key, from the prefix. All carry its hash tag, so that one script may touch them in
 * a cluster.
 */
export class Keys {
  readonly prefix: string;

  constructor(prefix: string) {
    if (!/\{[^{}]+\}/.test(prefix))
      throw new TypeError(`the key prefix needs a hash tag, such as {libby}: ${prefix}`);
    this.prefix = prefix;
  }

  /**
   * BullMQ's own prefix: a campaign's queue never meets our keys, whatever the campaign is called.
   */
  get queues(): string {
    return `${this.prefix}:q`;
  }
  get campaigns(): string {
    return `${this.prefix}:campaigns`;
  }
  /** Hash: id -> definition of a campaign that is archived. */
  get archivedCampaigns(): string {
    return `${this.prefix}:campaigns:archived`;
  }
  /** Set: ids of archived campaigns of which not everything is removed yet. */
  get campaignsToRemove(): string {
    return `${this.prefix}:campaigns:to-remove`;
  }
  get registryVersion(): string {
    return `${this.prefix}:campaigns:version`;
  }
  get openCampaigns(): string {
    return `${this.prefix}:campaigns:open`;
  }
  get holds(): string {
    return `${this.prefix}:holds`;
  }
  get breakers(): string {
    return `${this.prefix}:breakers`;
  }
  /**
   * Hash: server process -> claims made there; server, since -> the last one met, and when; lost ->
   * claims found lost; fenced; clock, setBack -> when workers last compared, and how often the
   * clock was set back; doNotCall -> version of that list.
   */
  get claimCounts(): string {
    return `${this.prefix}:claims:counts`;
  }
  get results(): string {
    return `${this.prefix}:results`;
  }
  /** Stream: calls that other services push; fields `campaign` and `call` (a record as JSON). */
  get inbox(): string {
    return `${this.prefix}:inbox`;
  }
  /**
   * Stream: what came by the inbox and cannot be called; fields `entry`, `campaign`, `code`,
   * `reason`, `call`.
   */
  get inboxRejected(): string {
    return `${this.inbox}:rejected`;
  }
  /** What the keys of fates begin with, each followed by a day: hash, stream id -> fate. */
  get inboxFates(): string {
    return `${this.inbox}:fates:`;
  }
  /** Written only to see whether Redis takes it. */
  get writeCheck(): string {
    return `${this.prefix}:write-check`;
  }
  get audit(): string {
    return `${this.prefix}:audit`;
  }
  /** Set: names of the forwarders there are. */
  get forwarders(): string {
    return `${this.prefix}:forwarders`;
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
  get identityKey(): string {
    return `${this.prefix}:identity-key`;
  }
  /** The pub/sub channel on which changes are announced to sleeping workers. */
  get announcements(): string {
    return `${this.prefix}:announcements`;
  }
  get token(): string {
    return `${this.prefix}:token`;
  }
  /**
   * What the keys of lines begin with: sorted set, owner of a claim -> until when its call occupies
   * the line.
   */
  get lines(): string {
    return `${this.prefix}:line`;
  }
  /** What the keys of recipients begin with: sorted set, owner of a claim -> when it was made. */
  get people(): string {
    return `${this.prefix}:person`;
  }
  /** @param member as `Person` has it */
  person({ member }: { readonly member: string }): string {
    return `${this.people}:${member}`;
  }
  /** Sets of integers: the people on the do-not-call list. */
  doNotCall(bucket: string): string {
    return `${this.prefix}:dnc:${bucket}`;
  }
  /** Prefix of a campaign's BullMQ keys. */
  queue(campaign: string): string {
    return `${this.queues}:${campaign}:`;
  }
  /** Hash: name of a schedule -> its definition. */
  get schedules(): string {
    return `${this.prefix}:schedules`;
  }
  /** BullMQ's prefix for what wakes the daemons when a run is due. */
  get triggers(): string {
    return `${this.prefix}:t`;
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
  get campaignPrefix(): string {
    return `${this.prefix}:c:`;
  }
  campaign(campaign: string): CampaignKeys {
    const base = `${this.campaignPrefix}${campaign}`;
    return {
      state: `${base}:state`,
      ledger: `${base}:ledger`,
      claims: `${base}:claims`,
      kept: `${base}:kept`,
      reopened: `${base}:reopened`,
      revised: `${base}:revised`,
      headings: `${base}:headings`,
      expiries: `${base}:expiries`,
      turns: `${base}:turns`,
      stuck: `${base}:stuck`,
      offPace: `${base}:off-pace`,
      setAside: `${base}:aside`,
      unkept: `${base}:unkept`,
    };
  }
}

export interface CampaignKeys {
  /**
   * Hash: paused, canceled, startsAt, expiresAt, dedupeBy, lists (hashes of those loaded, where
   * rows are told by their place in one), loadingUntil, hasOwnLines, lastSlot, outcome:<name>,
   * redialing, firstResult, lastResult, exported (the stream id up to which its results are in a
   * file), archived (when; it is canceled as well), trimTo (the stream id up to which they may go);
   * incomplete -> the `changed` for which some calls lack what it asks for; endedFor -> the
   * expiresAt for which its delayed calls have come up to end; changed, unparked -> the registry's
   * version of its latest change, and of the one for which its delayed calls have come up;
   * unparkedAfter -> how often Redis's clock had been set back when they last did for that.
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
  /**
   * Hash: the turns of calls that wait for one line alone. With `:<what for>` sorted sets: lane ->
   * its turn. With `:at:…` hashes: how many wait for a minute, until it is over. See turns.lua.
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
   * JSON array: rules of its definition that a worker does not know. Gone soon after that worker
   * is.
   */
  readonly unkept: string;
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
