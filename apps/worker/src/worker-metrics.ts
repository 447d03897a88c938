import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What `/metrics` shows. Labels are few and never personal. */
export class WorkerMetrics {
  readonly registry = new Registry();
  readonly settled = this.#counter('calls_settled_total', 'Calls settled by this worker.', [
    'outcome',
    'reason',
  ]);
  readonly gateAnswers = this.#counter('gate_answers_total', 'Answers of the gate.', ['answer']);
  readonly notSent = this.#counter(
    'calls_not_sent_total',
    'Claims given back because nothing was sent.',
    ['reason'],
  );
  readonly setAside = this.#counter(
    'jobs_set_aside_total',
    'Jobs in the queue that are not as this dialer has made them: nobody is dialed by them.',
    ['reason'],
  );
  readonly slotsMissed = this.#counter(
    'slots_missed_total',
    'Calls of paced campaigns that were ready too late for their slot and took another.',
    [],
  );
  readonly tooLate = this.#counter(
    'calls_too_late_total',
    'Outcomes that came after the call was settled by another.',
    [],
  );
  readonly holds = this.#counter('holds_total', 'Holds this worker asked for.', ['reason']);
  readonly holdChanges = this.#counter(
    'hold_changes_total',
    'Holds that this worker opened, made longer or lifted.',
    ['change', 'scope_kind', 'reason'],
  );
  readonly rollbacks = this.#counter(
    'rollbacks_total',
    'Times this worker found that Redis had lost claims it had acknowledged.',
    [],
  );
  readonly tokenEvents = this.#counter(
    'token_events_total',
    'Access tokens granted, adopted or missed.',
    ['type'],
  );
  readonly queueTroubles = this.#counter(
    'queue_troubles_total',
    'Complaints of the queue or its connection.',
    [],
  );
  readonly campaignWorkersReplaced = this.#counter(
    'lanes_replaced_total',
    'Campaign workers that took no call though some were due, and were set up anew.',
    [],
  );
  readonly redisRefusals = this.#counter(
    'redis_refusals_total',
    'Questions that Redis refused: it is full, cannot save, is a replica, is busy, denies a right.',
    [],
  );
  readonly redisRefuses = this.#gauge(
    'redis_refuses',
    'Whether Redis refuses what it is asked (1) or not (0).',
  );
  readonly unexpected = this.#counter(
    'unexpected_errors_total',
    'Errors nobody had thought of.',
    [],
  );
  readonly inFlight = this.#gauge(
    'requests_in_flight',
    'Requests to the API that have no answer yet.',
  );
  readonly campaigns = this.#gauge('campaigns_open', 'Campaigns this worker takes calls from.');
  readonly campaignsUnkept = this.#gauge(
    'campaigns_unkept',
    'Campaigns with work that this worker does not dial, because it does not know a rule of theirs.',
  );
  readonly clockSkewSeconds = this.#gauge(
    'clock_skew_seconds',
    'How far the clock of this machine is ahead of Redis’s (negative: behind). Beyond 900 nothing is dialed.',
  );
  readonly requestSeconds = new Histogram({
    name: 'libby_dialer_request_seconds',
    help: 'Time from passing the gate to the answer of the API.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  #counter<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
  ): Counter<Label> {
    return new Counter({
      name: `libby_dialer_${name}`,
      help,
      labelNames,
      registers: [this.registry],
    });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `libby_dialer_${name}`, help, registers: [this.registry] });
  }
}
