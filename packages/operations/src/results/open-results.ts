import type { Outcome, ResultRecord } from '@libby-dialer/dialing';
import type { Context } from '../context.ts';

export interface ResultsRequest {
  /** Only calls that ended so. */
  readonly outcome?: Outcome | undefined;
  /** Whether to go on with what settles later, until the signal aborts. */
  readonly follow?: boolean;
  readonly signal: AbortSignal;
}

export interface OpenResults {
  /** Its results were exported before and are removed. */
  readonly isArchived: boolean;
  /** Up to where they go, where they are not followed; undefined: there is none. */
  readonly upTo: string | undefined;
  /** One for each settled call, in the order of settling. Ends early where the signal aborts. */
  readonly records: AsyncIterable<ResultRecord>;
  /**
   * To be called once the records are safe in a file: the campaign may be archived then, if these
   * were all that there are.
   */
  readonly noteExport: () => Promise<void>;
}

/** Throws `NoSuchCampaignError`. */
export async function openResults(
  context: Context,
  id: string,
  { outcome, follow = false, signal }: ResultsRequest,
): Promise<OpenResults> {
  await context.campaign(id);
  const { results, archive } = context.queue;
  const isArchived = (await archive.archivedAt(id)) !== undefined;
  const upTo = await results.last(id);
  return {
    isArchived,
    upTo,
    records: withOutcome(results.read(id, { follow, signal }), outcome),
    noteExport: async () => {
      // Of a followed stream the end never comes.
      if (upTo !== undefined && outcome === undefined && !follow)
        await results.noteExport(id, upTo);
    },
  };
}

async function* withOutcome(
  records: AsyncIterable<ResultRecord>,
  outcome: Outcome | undefined,
): AsyncGenerator<ResultRecord> {
  for await (const record of records)
    if (outcome === undefined || record.outcome === outcome) yield record;
}
