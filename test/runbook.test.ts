import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOLD_PAUSES } from '@libby-dialer/dialing';
import { expect, test } from 'vitest';

const PAGE = join(import.meta.dirname, '../docs/operate/when-dialing-stops.md');

/** Each reason for a hold that the page tells about, with its section in one line. */
const sections = new Map(
  readFileSync(PAGE, 'utf8')
    .split('\n## ')
    .slice(1)
    .map((section) => {
      const [reason = '', ...lines] = section.split('\n');
      return [reason, lines.join(' ').replaceAll(/\s+/g, ' ')];
    }),
);

/** As the page says what lifts it: the first pause, and the longest where it grows. */
function pauses({ firstPauseMs, maxPauseMs }: { firstPauseMs: number; maxPauseMs: number }) {
  if (firstPauseMs === 0) return 'a person only';
  const first = `Tried after ${duration(firstPauseMs)}`;
  return maxPauseMs > firstPauseMs ? `${first}, doubling to ${duration(maxPauseMs)}` : first;
}

function duration(ms: number): string {
  return ms < 60_000 ? `${ms / 1000} s` : `${ms / 60_000} min`;
}

test('there is a section for each reason of a hold, and no other', () => {
  expect([...sections.keys()].toSorted()).toEqual(Object.keys(HOLD_PAUSES).toSorted());
});

test.each(Object.entries(HOLD_PAUSES))(
  '%s: what it means, where to look, what to do, what lifts it',
  (reason, hold) => {
    const section = sections.get(reason) ?? '';
    const parts =
      /^ \S.* Scope `(?:all|campaign|line).* - \*\*Look\*\*: .* - \*\*Do\*\*: .* - \*\*Lifted by\*\*: /;
    expect(section).toMatch(parts);
    expect(section).toContain(pauses(hold));
  },
);
