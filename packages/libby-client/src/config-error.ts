/**
 * An option that cannot be worked with: a programmer's or operator's mistake, found before anything
 * is sent.
 */
export class ConfigError extends TypeError {
  override readonly name = 'ConfigError';
  readonly code = 'invalid_option';
  /** The option at fault. */
  readonly option: string;

  constructor(option: string, sentence: string) {
    super(`${option}: ${sentence}`);
    this.option = option;
  }
}
