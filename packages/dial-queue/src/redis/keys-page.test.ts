import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Keys } from './keys.ts';

const PAGE = join(import.meta.dirname, '../../../../docs/architecture/redis-keys.md');

const keys = new Keys('{libby}');

/** The keys there is one of. */
const single = Object.values(keys).map(String);

/** What the names of a campaign's keys end with. */
const ofCampaign = Object.values(keys.campaign('spring'))
  .flat()
  .filter((key) => key.startsWith(`${keys.campaignPrefix}spring`))
  .map((key) => key.replace(`${keys.campaignPrefix}spring`, '…'));

test.each([...single, ...ofCampaign])('%s is on the page of keys', (key) => {
  expect(readFileSync(PAGE, 'utf8')).toContain(`\`${key}`);
});
