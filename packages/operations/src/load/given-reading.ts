import { encodingNamed, LIST_ENCODINGS, type ListEncoding } from '@libby-dialer/call-list';
import { DialerError } from '@libby-dialer/runtime';

interface GivenReading {
  /** By any of its names. */
  readonly encoding?: string | undefined;
}

/** A request with the encoding of its list read. Throws `DialerError` (`encoding`). */
export function givenReading<Given extends GivenReading>(
  given: Given,
): Omit<Given, 'encoding'> & { encoding: ListEncoding | undefined } {
  return { ...given, encoding: encodingOf(given) };
}

function encodingOf({ encoding: name }: GivenReading): ListEncoding | undefined {
  const encoding = name === undefined ? undefined : encodingNamed(name);
  if (name === undefined || encoding !== undefined) return encoding;
  const message = `No list is read in this encoding: give one of ${LIST_ENCODINGS.join(', ')}.`;
  throw new DialerError('encoding', message, { kind: 'invalid' });
}
