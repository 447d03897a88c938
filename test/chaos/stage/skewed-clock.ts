/**
 * Loaded before a program (`node --import`): its wall clock is off by CHAOS_CLOCK_SKEW_MS, as on a
 * host whose clock nobody sets. Monotonic time and timers are as they are.
 */
const skewMs = Number(process.env['CHAOS_CLOCK_SKEW_MS']);
const trueNow = Date.now;
const skewedNow = () => trueNow() + skewMs;

globalThis.Date = class extends Date {
  constructor(...args: [] | [value: number | string | Date]) {
    if (args.length === 0) super(skewedNow());
    else super(...(args as [number]));
  }

  static override now(): number {
    return skewedNow();
  }
} as DateConstructor;
