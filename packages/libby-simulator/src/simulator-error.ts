export type SimulatorErrorCode = 'bad_usage' | 'bad_script' | 'cannot_listen' | 'cannot_open_truth';

/** Something the person who starts the simulator can mend; the message is a sentence for them. */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError';
  readonly code: SimulatorErrorCode;

  constructor(code: SimulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
