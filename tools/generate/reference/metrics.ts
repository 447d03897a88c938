import { ForwardMetrics, InboxMetrics, ScheduleMetrics } from '@libby-dialer/daemon';
import { Registry } from 'prom-client';
import { WorkerMetrics } from '../../../apps/worker/src/worker-metrics.ts';
import { item, page, sentence, wrapped } from './markdown.ts';

/** As prom-client keeps it, beside what its types say. */
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames?: readonly string[];
}

export async function metricsPage(): Promise<string> {
  const daemon = new Registry();
  void new InboxMetrics(daemon);
  void new ScheduleMetrics(daemon);
  const forwarder = new Registry();
  new ForwardMetrics(forwarder, async () => undefined).watch({
    down: () => 0,
    underWay: () => 0,
    held: () => 0,
  });
  return page(
    'Metrics',
    'the registries of the programs',
    wrapped(
      'At `/metrics`, for Prometheus: the worker on port 9464, the daemon on 9465, the forwarder on 9466, the console on 8700 ([environment](environment.md)). Labels are few and never personal. Beside these, each has what prom-client tells of any process (`process_…`, `nodejs_…`). Those worth an alarm are listed in [going to production](../operate/going-to-production.md#watch).',
    ),
    section('The worker', new WorkerMetrics().registry),
    section('The daemon', daemon),
    section('The forwarder', forwarder),
  );
}

function section(heading: string, registry: Registry): string {
  const metrics = (registry.getMetricsAsArray() as unknown as Metric[]).filter(({ name }) =>
    name.startsWith('libby_dialer_'),
  );
  return `## ${heading}\n\n${metrics.map(entryOf).join('\n')}`;
}

function entryOf({ name, help, type, labelNames = [] }: Metric): string {
  const labels = labelNames.map((label) => `\`${label}\``).join(', ');
  const kind = labels === '' ? type : `${type} by ${labels}`;
  return item(`**\`${name}\`** (${kind}): ${sentence(help)}`);
}
