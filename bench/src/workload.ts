import { type Campaign, parseCampaign, type QueuedCall } from '@libby-dialer/dialing';

export const CAMPAIGN_ID = 'spring-events';
/** Of the eight columns the two that are not form values; the other six are. */
const HEADINGS = [
  'Event type',
  'Guests',
  'Budget',
  'City',
  'Preferred month',
  'How did you hear of us?',
] as const;
export const HEADINGS_ID = 'h1';

/** A script of about one kilobyte, two of its texts with placeholders, as campaigns have it. */
const SCRIPT = {
  introNotes:
    'We are an event planning company in New Mexico. Ask {{name}} whether the {{Event type}} they wrote to us about is ' +
    'still being planned, whether the month they named still stands, and offer a free first consultation by telephone ' +
    'or at our office. Be brief, be friendly, and do not press: many of them are only collecting ideas at this point.',
  customQuestions: [
    'Are you interested in landscape photography for your event?',
    'Is there a limit to the time you would like to impose on the session?',
    'Would you like us to propose a caterer, or have you found one already?',
    'Is there anything that your guests cannot eat, or should not have to climb?',
  ],
  customRules: [
    'Just be a friendly assistant, and never promise a price.',
    'Try to answer questions helpfully; offer a call back by a planner where you cannot.',
    'If they ask not to be called again, apologise, say that you will see to it, and end the call.',
    'Do not talk about other customers, nor about how you came by the number beyond what the form says.',
    'Keep the whole conversation under three minutes.',
  ],
};

const campaignFile = {
  id: CAMPAIGN_ID,
  fromPhoneNumber: '+15055550100',
  ...SCRIPT,
  callingWindow: 'anytime',
};

/** The campaign as a file's text (JSON is YAML), with changes. */
export function campaignText(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({ ...campaignFile, ...changes }, null, 2);
}

export function benchCampaign(changes: Record<string, unknown> = {}): Campaign {
  const verdict = parseCampaign({ ...campaignFile, ...changes });
  if (!verdict.ok) throw new Error(verdict.problems.join('\n'));
  return verdict.campaign;
}

export function benchHeadings(): string[] {
  return [...HEADINGS];
}

/** The cells of a row's form, as people fill forms in. */
export function formValues(row: number): string[] {
  const pick = (values: readonly string[]) => values[row % values.length] ?? '';
  return [
    pick(['wedding', 'birthday', 'company outing', 'graduation', 'anniversary']),
    String(20 + (row % 180)),
    `${1000 + (row % 90) * 100} USD`,
    pick(['Albuquerque', 'Santa Fe', 'Las Cruces', 'Rio Rancho', 'Roswell', 'Farmington', 'Taos']),
    pick(['May', 'June', 'July', 'August', 'September', 'October']),
    pick(['a friend', 'the web', 'an advertisement', 'a fair']),
  ];
}

export function personName(row: number): string {
  const first = [
    'Chris',
    'Dana',
    'Alex',
    'Robin',
    'Sam',
    'Jo',
    'Kim',
    'Pat',
    'Lee',
    'Terry',
    'Casey',
  ];
  return `${first[row % first.length] ?? ''} Example ${row % 1000}`;
}

/** A row of eight columns as it waits in the queue. */
export function queuedCall(row: number, numbers: readonly string[]): QueuedCall {
  return {
    to: numbers[row % numbers.length] ?? '',
    name: personName(row),
    row: row + 1,
    headings: HEADINGS_ID,
    form: formValues(row),
  };
}
