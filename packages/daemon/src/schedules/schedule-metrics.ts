import { Counter, Gauge, type Registry } from 'prom-client';

/** What the daemon's `/metrics` shows of schedules. */
export class ScheduleMetrics {
  /** A failed or missed run needs somebody to look at it. */
  readonly runs: Counter<'state'>;
  readonly open: Gauge<'state'>;
  readonly looksFailed: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.runs = new Counter({
      name: 'libby_dialer_schedule_runs_total',
      help: 'Runs of schedules that this daemon has finished, or found to be missed.',
      labelNames: ['state'],
      registers,
    });
    this.open = new Gauge({
      name: 'libby_dialer_schedule_runs_open',
      help: 'Runs of schedules that are due and not finished, at the last look.',
      labelNames: ['state'],
      registers,
    });
    this.looksFailed = new Counter({
      name: 'libby_dialer_schedule_looks_failed_total',
      help: 'Looks at the schedules, or attempts at a run, that ended in an error; they are made again.',
      registers,
    });
    for (const state of ['loaded', 'missed', 'failed']) this.runs.inc({ state }, 0);
  }
}
