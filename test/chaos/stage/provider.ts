import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { CallRecord, ScriptRule, SimulatorStats } from '@libby-dialer/libby-simulator';
import { programFile, type SpawnedProcess, spawnProcess } from '@libby-dialer/testkit';
import { CANARIES } from './canaries.ts';
import { rowIn } from './exchanges.ts';

export interface ProviderOptions {
  readonly seed?: number;
  readonly latencyMs?: number;
  readonly tokenLifetimeS?: number;
  readonly script?: readonly ScriptRule[];
}

/** What the provider says of one request, from its truth file. */
export interface TrueRequest extends Omit<CallRecord, 'payload'> {
  /** Of the list. */
  readonly row: number;
}

interface Ready {
  readonly apiUrl: string;
  readonly clientId: string;
}

/**
 * The simulated provider in a process of its own. Its truth file is on the disk before it answers
 * anything, so what it was asked is known whatever dies.
 */
export class Provider implements AsyncDisposable {
  readonly port: number;
  readonly clientId: string;
  readonly #apiUrl: string;
  readonly #truthFile: string;
  readonly #process: SpawnedProcess;
  readonly #script: readonly ScriptRule[];
  readonly #storms = new Map<string, ScriptRule>();

  private constructor(
    process: SpawnedProcess,
    ready: Ready,
    truthFile: string,
    script: readonly ScriptRule[],
  ) {
    this.#process = process;
    this.#apiUrl = ready.apiUrl;
    this.port = Number(new URL(ready.apiUrl).port);
    this.clientId = ready.clientId;
    this.#truthFile = truthFile;
    this.#script = script;
  }

  static async start(folder: string, options: ProviderOptions): Promise<Provider> {
    const { seed = 1, latencyMs = 0, tokenLifetimeS = 3600, script = [] } = options;
    const truthFile = join(folder, 'truth.ndjson');
    const scriptFile = join(folder, 'script.json');
    await Promise.all([writeFile(truthFile, ''), writeFile(scriptFile, JSON.stringify(script))]);
    const process = await spawnProcess(globalThis.process.execPath, [
      programFile('simulator'),
      ...optionsOf({ truth: truthFile, script: scriptFile, seed, 'latency-ms': latencyMs }),
      ...optionsOf({
        'token-lifetime-s': tokenLifetimeS,
        'client-secret': CANARIES.clientSecret,
        'keep-payloads': 1,
      }),
    ]);
    const ready = JSON.parse(await process.waitForLine(/^\{"apiUrl"/)) as Ready;
    return new Provider(process, ready, truthFile, script);
  }

  /**
   * From now on this rule comes before the run's own, one for each endpoint; undefined takes it
   * away again.
   */
  async storm(endpoint: 'outbound' | 'token', action: ScriptRule['do'] | undefined): Promise<void> {
    if (action === undefined) this.#storms.delete(endpoint);
    else this.#storms.set(endpoint, { match: { endpoint }, do: action });
    await this.#control(
      'PUT',
      '/script',
      JSON.stringify([...this.#storms.values(), ...this.#script]),
    );
  }

  async revokeTokens(): Promise<void> {
    await this.#control('DELETE', '/tokens');
  }

  async stats(): Promise<SimulatorStats> {
    return JSON.parse(await this.#control('GET', '/stats')) as SimulatorStats;
  }

  /** Every request there has been for a row of the list, in order. */
  async truth(): Promise<TrueRequest[]> {
    return (await this.requests()).map(({ payload, ...request }) => {
      const row = rowIn(JSON.stringify(payload));
      if (row === undefined) throw new Error('the provider was asked for what is in no list');
      return { ...request, row };
    });
  }

  /** Every request there has been, in order. */
  async requests(): Promise<CallRecord[]> {
    const lines = (await readFile(this.#truthFile, 'utf8'))
      .split('\n')
      .filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as CallRecord);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop();
  }

  /**
   * On a connection of its own: one kept from before may be closed by the simulator just as it is
   * used.
   */
  async #control(method: string, path: string, body = ''): Promise<string> {
    const asked = request(`${this.#apiUrl}${path}`, { method, agent: false });
    asked.end(body);
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const answer = await text(response);
    if ((response.statusCode ?? 0) > 299)
      throw new Error(`the simulator answered ${response.statusCode} to ${path}`);
    return answer;
  }
}

function optionsOf(values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
