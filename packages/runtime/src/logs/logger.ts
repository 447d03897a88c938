import { createRequire } from 'node:module';
import { isatty } from 'node:tty';
import { type DestinationStream, destination as fileDestination, type Logger, pino } from 'pino';
import { Redactor } from './redactor.ts';
import { terminalText } from './terminal-text.ts';

export type { Logger };

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Which program writes: the field `service` of each line. */
  readonly name: string;
  /** Where lines go; standard error if left out. */
  readonly destination?: DestinationStream;
  /**
   * For people instead of JSON lines. Left out: when standard error is a terminal and no
   * destination is given.
   */
  readonly pretty?: boolean;
  /** Fields of every line. */
  readonly bindings?: Record<string, unknown>;
  /**
   * Knows the secrets of this process. Without it only personal data and telling keys are redacted.
   */
  readonly redactor?: Redactor;
}

type PinoPretty = typeof import('pino-pretty');

const STDERR = 2;

/**
 * A pino logger that writes JSON lines without personal data or secrets: fields, message, errors
 * and the bindings of children all pass the redactor, and only when the level is on.
 */
export function createLogger(options: LoggerOptions): Logger {
  const redactor = options.redactor ?? new Redactor();
  const base = { pid: process.pid, service: options.name, ...options.bindings };
  const logger = pino(
    {
      level: options.level,
      base: redactor.record(base),
      formatters: { log: (fields) => redactor.record(fields) },
      // The redactor has made errors plain already; pino's own serializer would take them for
      // errors of type Object.
      serializers: {
        err: (error: unknown) => error,
        msg: (message: string) => redactor.text(message),
      },
    },
    openDestination(options),
  );
  return redactBindings(logger, redactor);
}

// pino runs a child's bindings through no formatter. Children inherit from their parent, so one
// override serves all.
function redactBindings(logger: Logger, redactor: Redactor): Logger {
  const plain = Object.getPrototypeOf(logger) as Logger;
  return Object.assign(logger, {
    child(this: Logger, bindings: Record<string, unknown>, options?: object) {
      return plain.child.call(this, redactor.record(bindings), options);
    },
    setBindings(this: Logger, bindings: Record<string, unknown>) {
      plain.setBindings.call(this, redactor.record(bindings));
    },
  });
}

/** Only here: the colors that come next are for the terminal to obey. */
function cleaned(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? terminalText(value) : value;
}

function openDestination({ destination, pretty }: LoggerOptions): DestinationStream {
  if (pretty ?? (destination === undefined && isatty(STDERR))) {
    // In this thread and at once: lines keep their place beside whatever else is printed there, and
    // none is missing at the end.
    const terminal = destination ?? fileDestination({ dest: STDERR, sync: true });
    // Only at a terminal: everything else starts sooner without it.
    const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as PinoPretty;
    const prettify = prettyFactory({
      colorize: destination === undefined,
      ignore: 'pid,service',
      translateTime: 'SYS:HH:MM:ss.l',
    });
    return { write: (line) => terminal.write(prettify(JSON.parse(line, cleaned))) };
  }
  // pino itself flushes a destination of its own when the process exits.
  return destination ?? fileDestination({ dest: STDERR, sync: false });
}
