import type { RunReport } from './chaos-run.ts';
import { FAULTS, type FaultName, TARGETS } from './plan.ts';

/** The sum of many runs. */
export class Tally {
  readonly violations: string[] = [];
  readonly #faults = new Map<FaultName, number>();
  readonly #outcomes = new Map<string, number>();
  #runs = 0;
  #calls = 0;
  #requests = 0;
  #kills = 0;
  #enqueuerKills = 0;
  #smallCampaigns = 0;
  readonly #rules = new Map<string, number>();

  add(report: RunReport): void {
    this.#runs += 1;
    this.#calls += report.calls + report.smallCalls;
    this.#smallCampaigns += report.smallCampaigns;
    this.#requests += report.requests;
    this.#kills += report.crew.kills;
    this.#enqueuerKills += report.enqueuerKills;
    const { pacing = {}, lines, frequencyCap } = report.rules;
    const inForce = Object.entries({ ...pacing, lines, frequencyCap }).filter(
      ([, rule]) => rule !== undefined,
    );
    for (const [name] of inForce) increase(this.#rules, name, 1);
    for (const [name, times] of Object.entries(report.faults))
      increase(this.#faults, name as FaultName, times);
    for (const [name, times] of Object.entries(report.outcomes))
      increase(this.#outcomes, name, times);
    this.violations.push(
      ...report.violations.map((violation) => `seed ${report.seed}: ${violation}`),
    );
  }

  /** The rows of a table. */
  toMarkdown(): string {
    const faults = TARGETS.map((target) => {
      const names = [...this.#faults.keys()]
        .filter((name) => FAULTS[name].target === target)
        .toSorted();
      return [target, names.map((name) => `${name} ${this.#faults.get(name)}`).join(', ')];
    });
    const rows = [
      ['runs', this.#runs],
      [
        'runs with each rule',
        [...this.#rules].map(([name, times]) => `${name} ${times}`).join(', ') || 'none',
      ],
      ['campaigns opened in mid-run', this.#smallCampaigns],
      ['calls', this.#calls],
      ['requests to the API', this.#requests],
      ['workers killed', this.#kills],
      ['loads killed', this.#enqueuerKills],
      ...faults.map(([target, counts]) => [`faults of ${target}`, counts || 'none']),
      ['outcomes', [...this.#outcomes].map(([name, times]) => `${name} ${times}`).join(', ')],
      ['**violations**', `**${this.violations.length}**`],
    ];
    return rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n');
  }
}

function increase<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
