import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest on a machine with two cores, longest first. */
export const LONG_FILES: readonly string[] = [
  'test/chaos/random/seeds.test.ts',
  'test/chaos/scenarios/scenarios.test.ts',
  'test/chaos/mistakes/controls.test.ts',
  'test/chaos/stage/kill-points.test.ts',
  'test/console/browser.test.ts',
  'test/demo.test.ts',
  'test/documents/commands.test.ts',
  'apps/worker/src/holds/breakers.test.ts',
  'apps/worker/src/campaigns/pacing.test.ts',
  'test/cluster-failover.test.ts',
  'apps/worker/src/redis/redis-outage.test.ts',
  'apps/worker/src/worker-program.test.ts',
  'test/model/exploration.test.ts',
  'apps/worker/src/redis/clocks-apart.test.ts',
  'test/packages/published.test.ts',
  'test/nights/nights.test.ts',
  'apps/worker/src/campaigns/fairness.test.ts',
  'packages/call-list/src/open-list.test.ts',
  'packages/call-list/src/workbook/open-workbook.test.ts',
  'test/list-end-to-end.test.ts',
  'apps/worker/src/campaigns/campaign-opening.test.ts',
  'test/contract/programs.test.ts',
];

/**
 * Long files begin first: at the end no core waits for one that came last. Vitest knows how long a
 * file took only where it has run before, which a clean checkout has not.
 */
export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // It returns an array of its own.
    // oxlint-disable-next-line unicorn/no-array-sort
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const index = LONG_FILES.findIndex((file) => moduleId.endsWith(`/${file}`));
  return index === -1 ? LONG_FILES.length : index;
}
