import { z } from 'zod';

/**
 * What a variable may hold: a zod schema from the text in the environment to a value. Every message
 * completes the sentence "VARIABLE: …". None repeats the value, because any variable may have been
 * given a secret by mistake.
 */
export type VariableType<T> = z.ZodType<T, string>;

/** Text on one line, without spaces around it. */
export function text({ maxLength = 4096 }: { maxLength?: number } = {}): VariableType<string> {
  return parsed((value) => {
    if (value.length > maxLength) return problem(`must not be longer than ${maxLength} characters`);
    if (/\p{Cc}/u.test(value))
      return problem('must not contain line breaks or other control characters');
    if (value.trim() !== value) return problem('has a space at its start or end; remove it');
    return value;
  });
}

/** A whole number in plain decimal digits. */
export function integer({ min, max }: { min: number; max: number }): VariableType<number> {
  return parsed((value) => {
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max
      ? number
      : problem(`must be a whole number from ${min} to ${max}`);
  });
}

/** A TCP port; 0 lets the system choose one. */
export const port = (): VariableType<number> => integer({ min: 0, max: 65_535 });

/** `1` or `0`. */
export function flag(): VariableType<boolean> {
  return parsed((value) => {
    if (value === '1' || value === 'true') return true;
    return value === '0' || value === 'false' ? false : problem('must be 1 or 0');
  });
}

export function oneOf<const Choice extends string>(
  choices: readonly Choice[],
): VariableType<Choice> {
  return parsed(
    (value) =>
      choices.find((choice) => choice === value) ?? problem(`must be one of ${choices.join(', ')}`),
  );
}

/**
 * An http or https URL without credentials, query or fragment; gives it back without a slash at its
 * end.
 */
export function httpUrl(): VariableType<string> {
  return parsed((value) => {
    const url = URL.parse(value);
    if (url === null || !/^https?:$/.test(url.protocol)) {
      return problem('must be a URL such as https://phone.example.com');
    }
    if (url.username !== '' || url.password !== '')
      return problem('must not contain a user or password');
    if (url.search !== '' || url.hash !== '')
      return problem('must not contain a query (?) or fragment (#)');
    return url.href.replace(/\/+$/, '');
  });
}

/** Whether the URL leads to this very machine, so that nothing crosses a network. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

class Problem {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** For `parsed`: the value cannot be used, and why. */
export function problem(message: string): Problem {
  return new Problem(message);
}

/** A variable type from a function that gives the value, or a problem. */
export function parsed<T>(parse: (text: string) => T | Problem): VariableType<T> {
  return z.string().transform((value, context) => {
    const result = parse(value);
    if (!(result instanceof Problem)) return result;
    context.addIssue({ code: 'custom', message: result.message });
    return z.NEVER;
  });
}
