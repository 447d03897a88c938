/**
 * An operating error: something a user or operator can mend. Its message is whole sentences, fit to
 * be printed as it is: what happened, where, what to do. Everything else that is thrown is a
 * programmer's error.
 */
export class DialerError extends Error {
  /** Stable; for code that branches and for log searches. */
  readonly code: string;
  readonly exitCode: number = 1;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The command line cannot be understood. */
export class UsageError extends DialerError {
  override readonly exitCode = 2;

  constructor(message: string, options?: ErrorOptions) {
    super('usage', message, options);
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
  override readonly exitCode = 2;
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super('config', problems.map(({ variable, message }) => `${variable}: ${message}`).join('\n'));
    this.problems = problems;
  }
}
