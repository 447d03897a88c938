import { expect, test } from 'vitest';
import { withEdit } from '../../campaigns/campaign-file.ts';
import { checkBody, meantCampaign } from '../draft.ts';
import { type UnderstoodColumn, withMeaning } from './columns.ts';

function column(heading: string, use: string, choice: number | null = null): UnderstoodColumn {
  return { heading, column: 1, field: use, uses: [use], choice, offer: null, samples: [] };
}

test('a column that is taken for something else is not guessed to be the old one again', () => {
  const mobile = column('Mobile', 'toPhoneNumber');
  expect(withMeaning({}, [mobile], mobile, 'externalId')).toEqual({
    toPhoneNumber: null,
    externalId: 'Mobile',
  });
  const who = column('Who', 'name');
  expect(withMeaning({ name: 'Who' }, [who], who, 'formInfo')).toEqual({ name: null });
  expect(withMeaning({ name: null }, [], column('Who', 'formInfo'), 'name')).toEqual({
    name: 'Who',
  });
});

test('phones keep their order, whichever is added or taken out', () => {
  const [work, mobile] = [column('Work', 'toPhoneNumber', 2), column('Mobile', 'toPhoneNumber', 1)];
  const home = column('Home', 'formInfo');
  const all = [work, mobile, home];
  const named = { toPhoneNumber: ['Mobile', 'Work'] };
  expect(withMeaning(named, all, home, 'further')).toEqual({
    toPhoneNumber: ['Mobile', 'Work', 'Home'],
  });
  expect(withMeaning(named, all, mobile, 'formInfo')).toEqual({ toPhoneNumber: 'Work' });
  expect(withMeaning(named, all, home, 'toPhoneNumber')).toEqual({ toPhoneNumber: 'Home' });
});

const stored = { id: 'spring', fromPhoneNumber: ['+15055550100'], priority: 5 };

test('a campaign goes by its id as long as nothing of it is changed', () => {
  const edits = withEdit({}, stored, 'priority', 7);
  expect(meantCampaign({ campaign: 'spring', edits }, stored)).toEqual({ ...stored, priority: 7 });
  const none = withEdit(edits, stored, 'priority', 5);
  expect(meantCampaign({ campaign: 'spring', edits: none }, stored)).toBe('spring');
});

test('a new campaign is none before it has a line', () => {
  const draft = { campaign: 'new', edits: {} };
  expect(meantCampaign(draft, undefined)).toBeUndefined();
  const edits = { fromPhoneNumber: ['+15055550100'] };
  expect(meantCampaign({ ...draft, edits }, undefined)).toEqual({ id: 'new', ...edits });
});

test('a pilot is a canary of so many calls, and of so many accepted ones', () => {
  const draft = { campaign: 'spring', edits: {}, reading: { headerRow: 2 } };
  const pilot = { kind: 'share', calls: 10, percent: 80 } as const;
  expect(checkBody({ ...draft, pilot }, 'spring')).toEqual({
    campaign: 'spring',
    headerRow: 2,
    canary: { calls: 10, pass: 0.8 },
  });
  const none = checkBody({ ...draft, pilot: { ...pilot, kind: 'none' } }, 'spring');
  expect(none.canary).toBeUndefined();
});
