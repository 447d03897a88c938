/**
 * Names that the tz database keeps for a fixed distance from UTC. Nobody lives there: New York is
 * not at EST in July.
 */
const FIXED_OFFSET = /^(?:EST|MST|HST|GMT|GMT[+-]?0|UTC|UCT|Greenwich|Universal|Zulu|Etc\/.+)$/i;
const UTC = /^(?:Etc\/)?UTC$/;
/** Abbreviations that ICU alone reads as places: IST is India to it, PST is Los Angeles. */
const ICU_ONLY = /^(?:A[CEGRS]|B[ES]|C[ANST]|E[AC]|I[ES]|JS|MI|N[ES]|P[LNRS]|SS|VS)T$/i;

/** A place's zone by its IANA name (`America/Denver`): where a person can be. */
export function isZone(name: string): boolean {
  return !FIXED_OFFSET.test(name) && isKnown(name);
}

/** What hours can be told by: a zone, or `UTC`. */
export function isClock(name: string): boolean {
  return UTC.test(name) || isZone(name);
}

const known = new Map<string, boolean>();
/** More names than there are; a limit all the same, for they come from lists. */
const MOST_KNOWN = 2_000;

/** Exactly the names that Temporal takes, by which the hours are computed; tested where it is. */
function isKnown(name: string): boolean {
  const answer = known.get(name);
  if (answer !== undefined) return answer;
  // Not an offset, which Intl would take as well.
  const found = /^[A-Za-z][\w+/-]{1,60}$/.test(name) && !ICU_ONLY.test(name) && hasRules(name);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(name, found);
  return found;
}

function hasRules(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
