import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NO_STRICTER_RULE } from './checked-regions.ts';
import { REGIONAL_RULES, type RegionalRule } from './regional-rules.ts';

const PAGE = join(import.meta.dirname, '../../../docs/rules/regions.md');
const DAYS_OF_WEEK = 7;

function ruleText({ hours = [], cap }: RegionalRule): string {
  const spans = hours.map(({ from, to, days }) => `${daysText(days)} ${from} to ${to}`);
  return [...spans, ...(cap === undefined ? [] : [capText(cap)])].join(', ');
}

function daysText(days: readonly string[]): string {
  if (days.length === DAYS_OF_WEEK) return 'every day';
  const [first, last] = [days[0], days.at(-1)];
  if (days.length <= 2) return days.join(' and ');
  return `${first} to ${last}`;
}

function capText({ calls, hours }: { calls: number; hours: number }): string {
  return `at most ${calls} ${calls === 1 ? 'call' : 'calls'} in ${hours} hours`;
}

function page(): string {
  const rules = REGIONAL_RULES.map(
    (rule) => `- **${rule.region}**: ${ruleText(rule)}\\\n  ${rule.citation}`,
  );
  const checked = Object.entries(NO_STRICTER_RULE.citations).map(
    ([region, citation]) => `- **${region}**: ${citation}`,
  );
  return `# Regions

Hours by the called person's clock. What they mean, and what they do not know:
[calling hours](calling-hours.md). Not legal advice. This page is generated.

## Rules

${rules.join('\n')}

## Looked at, and nothing stricter found

As of ${NO_STRICTER_RULE.asOf}. The rule of the country holds.

${checked.join('\n')}
`;
}

/** After a change of a rule: `npm test -- packages/dialing -u` writes the page. */
test('the page of regions is current', async () => {
  await expect(page()).toMatchFileSnapshot(PAGE);
});
