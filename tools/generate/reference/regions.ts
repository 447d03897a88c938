import { NO_STRICTER_RULE, REGIONAL_RULES, type RegionalRule } from '@libby-dialer/dialing';

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

/** docs/rules/regions.md: what the tables of regions hold, for those who read no code. */
export function regionsPage(): string {
  const rules = REGIONAL_RULES.map(
    (rule) => `- **${rule.region}**: ${ruleText(rule)}\\\n  ${rule.citation}`,
  );
  const checked = Object.entries(NO_STRICTER_RULE.citations).map(
    ([region, citation]) => `- **${region}**: ${citation}`,
  );
  return `# Regions

<!-- Written by tools/generate/reference.ts from the tables in packages/dialing. -->

Hours by the called person's clock. What they mean, and what they do not know:
[calling hours](calling-hours.md). Not legal advice.

## Rules

${rules.join('\n')}

## Looked at, and nothing stricter found

As of ${NO_STRICTER_RULE.asOf}. The rule of the country holds.

${checked.join('\n')}
`;
}
