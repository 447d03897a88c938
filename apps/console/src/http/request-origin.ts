import { HttpProblem } from './http-problem.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
/** What a browser says of its own page, or of an address that a person typed. */
const OWN = new Set(['same-origin', 'none']);

/**
 * Whether a request may come from where it says; otherwise why not. A page of another site must
 * not make a browser act here.
 */
export function originProblem({
  method,
  headers,
}: Pick<Request, 'method' | 'headers'>): HttpProblem | undefined {
  const host = headers.get('host') ?? '';
  if (!URL.canParse(`http://${host}`))
    return new HttpProblem(421, 'wrong_host', 'The header Host names no host.');
  if (SAFE.has(method)) return undefined;
  const site = headers.get('sec-fetch-site');
  if (site !== null && !OWN.has(site)) return crossSite();
  const origin = headers.get('origin');
  if (origin === null) return undefined;
  return URL.parse(origin)?.host === new URL(`http://${host}`).host ? undefined : crossSite();
}

function crossSite(): HttpProblem {
  return new HttpProblem(403, 'cross_site', 'A page of another site may not ask for changes.');
}
