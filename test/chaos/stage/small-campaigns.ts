import {
  type Campaign,
  campaignSchema,
  dedupeKey,
  type QueuedCall,
  type ResultRecord,
} from '@libby-dialer/dialing';
import { CANARIES } from './canaries.ts';
import { insist } from './insist.ts';
import { campaignFields, type Stage } from './stage.ts';

/**
 * Campaigns of a few rows each that come up in the middle of a run. Their rows are counted on from
 * those of the list, so that each row of a run is one call. They have no rules and a line of their
 * own.
 */
export class SmallCampaigns {
  readonly ids: string[] = [];
  /** Whom their rows are for. */
  readonly numbers: string[] = [];
  /** Those of them whose rows are all in the queue. */
  readonly loaded: string[] = [];
  /** What was exported of those that are archived. */
  readonly archived = new Map<string, readonly ResultRecord[]>();
  readonly #leaving = new Set<string>();
  readonly #rows = new Map<string, number>();
  readonly #stage: Stage;
  readonly #people: readonly string[];
  readonly #firstRow: number;

  /** @param people nobody else calls them */
  constructor(stage: Stage, people: readonly string[], firstRow: number) {
    this.#stage = stage;
    this.#people = people;
    this.#firstRow = firstRow;
  }

  /** Those that take rows: that are neither archived nor about to be. */
  get open(): readonly string[] {
    return this.ids.filter((id) => !this.#leaving.has(id));
  }

  rowsOf(id: string): number {
    return this.#rows.get(id) ?? 0;
  }

  /** Opens so many at once. Resolves to their ids. */
  async add(campaigns: number, rows: number): Promise<string[]> {
    const ids = Array.from(
      { length: campaigns },
      (_, index) => `small-${this.ids.length + index + 1}`,
    );
    this.ids.push(...ids);
    const store = this.#stage.queue.campaigns;
    await Promise.all(
      ids.map(async (id) => {
        await insist(() => store.put(smallCampaign(id)));
        await this.load(id, rows);
      }),
    );
    return ids;
  }

  /** Gives a campaign so many rows more. */
  async load(id: string, rows: number): Promise<void> {
    const from = this.numbers.length;
    const numbers = this.#people.slice(from, from + rows);
    this.numbers.push(...numbers);
    this.#rows.set(id, this.rowsOf(id) + rows);
    await insist(() => queueRows(this.#stage, id, numbers, { firstRow: this.#firstRow + from }));
    this.loaded.push(...numbers);
  }

  /** Nobody else archives it meanwhile. */
  async archiving(
    id: string,
    archive: () => Promise<readonly ResultRecord[] | undefined>,
  ): Promise<void> {
    this.#leaving.add(id);
    const exported = await archive();
    if (exported === undefined) this.#leaving.delete(id);
    else this.archived.set(id, exported);
  }
}

/** Queues a row for each of these as the enqueuer does. */
async function queueRows(
  { queue }: Stage,
  campaign: string,
  numbers: readonly string[],
  {
    firstRow,
    ...times
  }: { readonly firstRow: number } & Pick<QueuedCall, 'startsAt' | 'expiresAt'>,
): Promise<void> {
  const identity = await queue.identity();
  await using loader = queue.loader(campaign);
  await loader.fixDedupeBy('phone');
  await loader.add(
    numbers.map((to, index) => {
      const row = firstRow + index;
      const callId = identity.callId(campaign, dedupeKey('phone', { toPhoneNumber: to }, '') ?? '');
      return {
        callId,
        call: { to, name: CANARIES.name, row, form: [['Notes', `Row ${row}`]], ...times },
      };
    }),
  );
  await loader.finish();
}

function smallCampaign(id: string): Campaign {
  return campaignSchema.parse({ ...campaignFields(id), fromPhoneNumber: CANARIES.smallLine });
}
