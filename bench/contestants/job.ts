import type { QueuedCall } from '@libby-dialer/dialing';
import { benchCampaign, benchHeadings } from '../src/workload.ts';

/** What the rival workers are told on their command line, as JSON. */
export interface RivalSettings {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly queue: string;
  readonly concurrency: number;
  readonly apiUrl: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

export function rivalSettings(): RivalSettings {
  return JSON.parse(process.argv[2] ?? '') as RivalSettings;
}

/** Fetched once, as the token lives for an hour. */
export async function fetchToken({
  tokenUrl,
  clientId,
  clientSecret,
  scope,
}: RivalSettings): Promise<string> {
  const response = await fetch(tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope,
    }),
  });
  if (!response.ok) throw new Error(`no token: ${response.status}`);
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

/** The same payload as ours, put together in the shortest way. */
export function payloadMaker(): (call: QueuedCall) => string {
  const { introNotes = '', customQuestions, customRules, fromPhoneNumber } = benchCampaign();
  const headings = benchHeadings();
  return ({ to, name, form = [] }) =>
    JSON.stringify({
      name,
      toPhoneNumber: to,
      fromPhoneNumber: fromPhoneNumber[0],
      introNotes: introNotes.replace('{{name}}', name).replace('{{Event type}}', String(form[0])),
      customQuestions,
      customRules,
      formInfo: form.map((value, index) => ({ [headings[index] ?? '']: value })),
    });
}
