import type { ApiSighting } from '@libby-dialer/libby-client';
import { formatDuration } from '@libby-dialer/runtime';
import { explainConnection } from './connection-trouble.ts';
import { bad, type Finding, good, note } from './finding.ts';

const VARIABLE = 'LIBBY_API_URL';
/** A `Date` is in whole seconds, and older by the time of its way. */
const SKEW_WORTH_A_WORD_MS = 60_000;

/**
 * What a request without token and number shows of the API.
 * @param url who was asked, by which proxy
 * @param now this machine's clock as the answer came, epoch ms
 */
export function apiFindings(
  seen: ApiSighting,
  { url, proxy }: { url: string; proxy: string | undefined },
  now: number,
): Finding[] {
  if (seen.kind === 'failed')
    return [
      bad(
        'api_unreachable',
        `The API cannot be asked. ${explainConnection(seen.trouble, { url, proxy, variable: VARIABLE })}`,
      ),
    ];
  return [answerFinding(seen, url), ...clockFindings(seen.at, now)];
}

function answerFinding(
  { status, message, location }: ApiSighting & { kind: 'answered' },
  url: string,
): Finding {
  const answer = message === undefined ? `${status}` : `${status}, "${message.slice(0, 200)}"`;
  switch (status) {
    case 400:
    case 401:
    case 403:
    case 422:
      if (message === undefined) break;
      return good('api', `The API answers at ${url}, and takes nothing without a token.`);
    case 404:
    case 405:
    case 410:
      return bad(
        'api_not_there',
        `There is no API at ${url} (${answer}); correct ${VARIABLE}: calls go to its /outbound.`,
      );
    case 429:
      return note(
        'api_rate_limited',
        `The API at ${url} asks for fewer requests (${answer}); ask again later.`,
      );
  }
  if (status >= 500)
    return bad(
      'api_in_trouble',
      `The API at ${url} is in trouble (${answer}); try again later, or tell the provider.`,
    );
  if (status >= 300 && status <= 399) {
    const where = location === undefined ? '' : ` to ${location}`;
    return bad(
      'api_redirects',
      `${url} sends on${where} (${status}), where no call may follow; set ${VARIABLE} to the address itself.`,
    );
  }
  return bad(
    'api_foreign',
    `What answers at ${url} is not the API (${answer}); correct ${VARIABLE}, or ask who stands in between.`,
  );
}

function clockFindings(at: number | undefined, now: number): Finding[] {
  const aheadMs = now - (at ?? now);
  if (Math.abs(aheadMs) < SKEW_WORTH_A_WORD_MS) return [];
  const where = aheadMs > 0 ? 'ahead of' : 'behind';
  const skew = formatDuration(Math.abs(aheadMs));
  return [
    note(
      'api_clock',
      `The clock of this machine is ${skew} ${where} the API's; have it follow a time server (NTP).`,
    ),
  ];
}
