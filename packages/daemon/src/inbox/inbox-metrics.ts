import { Counter, Gauge, type Registry } from 'prom-client';

/** What the daemon's `/metrics` shows of the inbox. */
export class InboxMetrics {
  readonly entries: Counter<'fate'>;
  readonly waiting: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.entries = new Counter({
      name: 'libby_dialer_inbox_entries_total',
      help: 'Entries of the inbox that this daemon has finished.',
      labelNames: ['fate'],
      registers,
    });
    this.waiting = new Gauge({
      name: 'libby_dialer_inbox_waiting',
      help: 'Entries in the inbox, as of this daemon’s last look.',
      registers,
    });
  }
}
