import { describe, expect, it } from 'vitest';
import { parseCampaign } from '../campaigns/campaign.ts';
import { payloadFor } from './payload.ts';
import type { QueuedCall } from './queued-call.ts';

const LINE = '+15055550100';
const HEADINGS = ['Event type', 'Budget'];
const CALL: QueuedCall = { to: '+15055550123', name: 'Ann', headings: 'h', form: ['wedding', ''] };

function campaign(overrides: Record<string, unknown>) {
  const verdict = parseCampaign({ id: 'spring', fromPhoneNumber: LINE, ...overrides });
  if (!verdict.ok) throw new Error(verdict.problems.join('\n'));
  return verdict.campaign;
}

describe('what goes on the wire', () => {
  it('is four fields always, and the others only when set', () => {
    const bare: QueuedCall = { to: '+15055550123', name: 'Ann' };
    expect(payloadFor(campaign({}), bare, [], LINE)).toEqual({
      payload: { name: 'Ann', toPhoneNumber: '+15055550123', fromPhoneNumber: LINE, formInfo: [] },
    });
  });

  it('fills the campaign’s texts from the call, names compared without case and extra blanks', () => {
    const texts = {
      introNotes: 'Ask {{ NAME }} about the {{event  type}}',
      customQuestions: ['How was the {{Event type}}?'],
    };
    expect(payloadFor(campaign(texts), CALL, HEADINGS, LINE)).toMatchObject({
      payload: {
        introNotes: 'Ask Ann about the wedding',
        customQuestions: ['How was the wedding?'],
        formInfo: [{ 'Event type': 'wedding' }],
      },
    });
  });

  it('says which variable has no value, an empty cell being none', () => {
    expect(payloadFor(campaign({ introNotes: '{{Budget}}' }), CALL, HEADINGS, LINE)).toEqual({
      missing: 'Budget',
    });
  });

  it('lets the record’s own texts win, as they are', () => {
    const own: QueuedCall = { ...CALL, introNotes: 'Say {{this}}', customRules: [] };
    const texts = { introNotes: '{{Budget}}', customRules: ['Be brief'] };
    expect(payloadFor(campaign(texts), own, HEADINGS, LINE)).toMatchObject({
      payload: { introNotes: 'Say {{this}}', customRules: [] },
    });
  });

  it('puts values in as they are, whatever they look like', () => {
    const tricky: QueuedCall = {
      ...CALL,
      name: '{{Budget}} $& $1',
      form: [
        ['Event type', 'a'],
        ['Event type', 'b'],
      ],
    };
    expect(
      payloadFor(campaign({ introNotes: 'Hi {{name}}, {{Event type}}' }), tricky, [], LINE),
    ).toMatchObject({
      payload: {
        introNotes: 'Hi {{Budget}} $& $1, b',
        formInfo: [{ 'Event type': 'a' }, { 'Event type': 'b' }],
      },
    });
  });
});
