/**
 * What an error means to whoever asked, whatever they asked through: a program makes an exit code
 * of it, an HTTP API a status.
 *
 * - `invalid`: the request is wrong in itself, such as a setting or an option
 * - `unprocessable`: what was handed in cannot be used, such as a list that cannot be read
 * - `not_found`: nothing is there by the name or id that was given
 * - `conflict`: not as things stand; they may change, or can be changed
 * - `refused`: it may do harm, and was not confirmed
 * - `unavailable`: something that is needed, such as Redis, does not answer or is unfit
 * - `failed`: anything else
 */
export type ErrorKind =
  | 'invalid'
  | 'unprocessable'
  | 'not_found'
  | 'conflict'
  | 'refused'
  | 'unavailable'
  | 'failed';

export interface DialerErrorOptions extends ErrorOptions {
  /** Left out: `failed`. */
  readonly kind?: ErrorKind;
  /** What there is to choose from, where the request has to name one. */
  readonly choices?: readonly string[];
  /** What the sentence names, such as the id of a campaign, for front ends that say more. */
  readonly about?: Readonly<Record<string, string>>;
}

/**
 * An operating error: something a user or operator can mend. Its message is whole sentences, fit to
 * be printed as it is: what happened, where, what to do. One that several programs may show names
 * no command and no option. Everything else that is thrown is a programmer's error.
 */
export class DialerError extends Error {
  /** Stable; for code that branches and for log searches. */
  readonly code: string;
  readonly kind: ErrorKind;
  readonly about: Readonly<Record<string, string>>;
  readonly choices: readonly string[] | undefined;

  constructor(
    code: string,
    message: string,
    { kind = 'failed', about = {}, choices, ...options }: DialerErrorOptions = {},
  ) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.kind = kind;
    this.about = about;
    this.choices = choices;
  }
}

/** What a program ends with: 2 where its user has to ask otherwise, else 1. */
export function exitCodeOf({ kind }: DialerError): number {
  return kind === 'invalid' ? 2 : 1;
}

/** The command line cannot be understood. */
export class UsageError extends DialerError {
  constructor(message: string, options?: ErrorOptions) {
    super('usage', message, { ...options, kind: 'invalid' });
  }
}

export interface ConfigProblem {
  /** Name of the environment variable. */
  readonly variable: string;
  /** What is wrong with it, without its value if that is a secret. */
  readonly message: string;
}

/** The environment cannot be used. Holds every problem found, prints one line for each. */
export class ConfigError extends DialerError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ variable, message }) => `${variable}: ${message}`);
    super('config', lines.join('\n'), { kind: 'invalid' });
    this.problems = problems;
  }
}
