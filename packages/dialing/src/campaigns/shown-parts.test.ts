import { expect, it } from 'vitest';
import { shownParts } from './shown-parts.ts';

it('shows short texts as they are, and of long ones the part where they part', () => {
  expect(shownParts('8', '20')).toEqual(['8', '20']);
  const same = 'Be kind. '.repeat(100);
  const [before, after] = shownParts(`${same}Ask.`, `${same}Stop. ${same}`);
  expect(before).toBe('…. Be kind. Be kind. Ask.');
  expect(after).toMatch(/^….{20}Stop\. (?:Be kind\. )+.*…$/);
});
