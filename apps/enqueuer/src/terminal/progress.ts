import type { ProgressView } from '@libby-dialer/operations';
import { formatCount, formatDuration, type Logger, progressBar } from '@libby-dialer/runtime';
import { draw, type Output } from './io.ts';

const REDRAW_MS = 200;
const LOG_MS = 5000;
const BAR_CELLS = 24;
const DEFAULT_COLUMNS = 80;
const RETURN_AND_ERASE = '\r\u001b[K';

/**
 * Shows how far a list is: a bar that is drawn again in place on a terminal, else a log line now
 * and then.
 */
export class Progress implements Disposable {
  readonly #output: Output;
  readonly #logger: Logger;
  readonly #look: () => ProgressView;
  readonly #now: () => number;
  readonly #startedAt: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    output: Output,
    logger: Logger,
    look: () => ProgressView,
    now: () => number = () => performance.now(),
  ) {
    this.#output = output;
    this.#logger = logger;
    this.#look = look;
    this.#now = now;
    this.#startedAt = now();
  }

  start(): void {
    const isTerminal = this.#output.isTTY === true;
    this.#timer = setInterval(() => this.show(), isTerminal ? REDRAW_MS : LOG_MS).unref();
  }

  show(): void {
    const view = this.#look();
    const elapsedMs = this.#now() - this.#startedAt;
    if (this.#output.isTTY === true) {
      const line = progressLine(view, elapsedMs).slice(
        0,
        (this.#output.columns ?? DEFAULT_COLUMNS) - 1,
      );
      void draw(this.#output, `${RETURN_AND_ERASE}${line}`);
      return;
    }
    const { rows, taken, rejected } = view;
    const etaMs = remainingMs(view, elapsedMs);
    const fields = { rows, ...taken, rejected, rowsPerSecond: perSecond(rows, elapsedMs) };
    this.#logger.info(
      { ...fields, ...(etaMs !== undefined && { etaSeconds: Math.round(etaMs / 1000) }) },
      'loading',
    );
  }

  /** The bar leaves the terminal as it was. */
  [Symbol.dispose](): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#output.isTTY === true) void draw(this.#output, RETURN_AND_ERASE);
  }
}

/** The bar and what stands beside it, on one line. */
export function progressLine(view: ProgressView, elapsedMs: number): string {
  const share = shareRead(view);
  const etaMs = remainingMs(view, elapsedMs);
  return [
    ...(share === undefined
      ? []
      : [
          progressBar(Math.round(share * BAR_CELLS), BAR_CELLS),
          `${Math.floor(share * 100)} %`.padStart(5),
        ]),
    `${formatCount(view.rows)} rows`,
    `${formatCount(perSecond(view.rows, elapsedMs))}/s`,
    ...(view.rejected > 0 ? [`${formatCount(view.rejected)} rejected`] : []),
    ...(etaMs === undefined ? [] : [`${formatDuration(etaMs)} left`]),
  ].join('  ');
}

function shareRead({ bytesRead, bytesTotal }: ProgressView): number | undefined {
  return bytesTotal === undefined || bytesTotal === 0
    ? undefined
    : Math.min(1, bytesRead / bytesTotal);
}

function remainingMs(view: ProgressView, elapsedMs: number): number | undefined {
  const share = shareRead(view);
  return share === undefined || share === 0 ? undefined : (elapsedMs * (1 - share)) / share;
}

function perSecond(count: number, elapsedMs: number): number {
  return elapsedMs === 0 ? 0 : Math.round((count * 1000) / elapsedMs);
}
