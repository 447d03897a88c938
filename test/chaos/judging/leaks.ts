import type { Keys } from '@libby-dialer/dial-queue';
import { CANARIES } from '../stage/canaries.ts';
import type { Delivery } from '../stage/forwarding.ts';
import type { Trace } from './evidence.ts';

/** Secrets that are anywhere at all, also in the encodings in which they could slip through. */
export function secretLeaks(
  traces: readonly Trace[],
  secrets: Readonly<Record<string, string>>,
): string[] {
  const forms = Object.entries(secrets).flatMap(([name, secret]) =>
    encodingsOf(secret).map((form) => ({ name, form })),
  );
  return traces.flatMap(({ where, text }) =>
    forms
      .filter(({ form }) => text.includes(form))
      .map(({ name }) => `leaks: the ${name} is in ${where}`),
  );
}

/** As it is, for URLs, inside JSON, and as base64 wherever in the encoded text it stands. */
function encodingsOf(secret: string): string[] {
  const base64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString('base64');
    // The characters at both ends depend on what stands before and behind.
    return encoded.slice(
      Math.ceil((offset * 8) / 6),
      Math.floor(((offset + Buffer.byteLength(secret)) * 8) / 6),
    );
  });
  const base64Url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return [
    ...new Set([
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      ...base64,
      ...base64Url,
    ]),
  ];
}

/** What names somebody who was erased: in Redis at the end, or sent to others afterwards. */
export function remainsOfErased(
  traces: readonly Trace[],
  deliveries: readonly Delivery[],
  erased: ReadonlyMap<string, number>,
): string[] {
  return [...erased].flatMap(([number, atMs]) => [
    ...traces
      .filter(({ text }) => text.includes(number))
      .map(({ where }) => `erased: ${number} is in ${where}`),
    ...deliveries
      .filter((delivery) => delivery.result.toPhoneNumber === number && delivery.atMs > atMs)
      .map(() => `erased: a result of ${number} was sent to a webhook afterwards`),
  ]);
}

const KEPT = /:(kept|aside)$/;

/**
 * A name or a called number anywhere but where the call itself is kept: its job's data, its kept
 * payload, its result.
 */
export function personalDataLeaks(traces: readonly Trace[], keys: Keys): string[] {
  const isJobData = (where: string) =>
    where.startsWith(`${keys.queues}:`) && where.endsWith(' data');
  const isDeadLetter = (where: string) => where.startsWith(`${keys.prefix}:forward:`);
  const isPlace = (where: string) =>
    isJobData(where) || where === keys.results || KEPT.test(where) || isDeadLetter(where);
  return traces
    .filter(
      ({ where, text }) =>
        !isPlace(where) && (text.includes(CANARIES.name) || hasCalledNumber(text)),
    )
    .map(({ where }) => `leaks: a name or a number is in ${where}`);
}

/** Fictional numbers end in 555-01xx; the campaign's own lines are no secret. */
function hasCalledNumber(text: string): boolean {
  const others = [...CANARIES.lines, CANARIES.smallLine].reduce(
    (rest, line) => rest.replaceAll(line, ''),
    text,
  );
  return others.search(/(?<!\d)1?\d{3}\D{0,2}555-?01\d\d(?!\d)/) >= 0;
}
