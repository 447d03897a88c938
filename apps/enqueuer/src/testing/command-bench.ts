import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { HoldRequest } from '@libby-dialer/dial-queue';
import type { Outcome, ResultRecord } from '@libby-dialer/dialing';
import { eachBench, TestBench } from '@libby-dialer/operations/testing';
import { Interrupted, Redactor } from '@libby-dialer/runtime';
import { cli } from '../cli.ts';

export { phone } from '@libby-dialer/operations/testing';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string | Readable;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** A person sits at input and messages, and `stdin` is what they type. */
  readonly isTerminal?: boolean;
  /**
   * For tests that read while the command runs, or look at a terminal; it is ended. Then the result
   * holds none of it.
   */
  readonly stdout?: PassThrough & { isTTY?: boolean; columns?: number; rows?: number };
}

/** For tests of commands. */
export class CommandBench extends TestBench {
  /** Runs a command line in this process. It is interrupted as `runMain` does it. */
  async run(
    argv: readonly string[],
    { stdin = '', env = {}, signal, stdout: given, isTerminal = false }: RunOptions = {},
  ): Promise<CommandResult> {
    const stdout = given ?? new PassThrough();
    // Wide enough that sentences stay in one line.
    const stderr = Object.assign(new PassThrough(), { isTTY: isTerminal, columns: 1000 });
    const output = Promise.all([given === undefined ? text(stdout) : '', text(stderr)]);
    const io = {
      stdin: Object.assign(
        typeof stdin === 'string' ? Readable.from([Buffer.from(stdin)]) : stdin,
        {
          isTTY: isTerminal,
        },
      ),
      stdout,
      stderr,
      environment: () => ({ ...this.environment, ...env }),
      signal: signal ?? new AbortController().signal,
      redactor: new Redactor(),
    };
    let code: number;
    try {
      code = await cli(argv, io);
    } catch (error) {
      const ending = isAbort(error) && signal?.aborted ? (signal.reason as Error) : error;
      if (!(ending instanceof Interrupted)) throw error;
      code = ending.exitCode;
    }
    stdout.end();
    stderr.end();
    const [out, err] = await output;
    return { code, stdout: out, stderr: err };
  }

  /** Runs a command line that must succeed, and reads what it prints as JSON. */
  async json(argv: readonly string[], options?: RunOptions): Promise<unknown> {
    const { code, stdout, stderr } = await this.run(argv, options);
    if (code !== 0 && code !== 3) throw new Error(`exit code ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  /** Loads a list of so many people into a campaign, and gives the ids of the calls. */
  async loaded(id: string, count: number, settings = {}): Promise<string[]> {
    const list = await this.list(`${id}.csv`, count);
    const file = await this.campaign(id, settings);
    const { code, stderr } = await this.run(['load', list, '--campaign', file]);
    if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
    return await this.queued(id);
  }

  /** As a worker does that claims a call and learns what became of it. */
  async placed(
    id: string,
    callId: string,
    outcome: Outcome,
    record: Partial<ResultRecord> = {},
  ): Promise<void> {
    await this.claim(id, callId);
    await this.settle(id, callId, outcome, record);
  }

  /** As a worker does whose line is unknown to the API. */
  async openHold(
    { scope, reason }: Pick<HoldRequest, 'scope' | 'reason'> = {
      scope: 'line:+15055550100',
      reason: 'agent_not_found',
    },
  ): Promise<void> {
    const pauses = { firstPauseMs: 60_000, maxPauseMs: 60_000, retryAfterMs: 0 };
    const cause = {
      code: 'agent_not_found',
      status: 404,
      url: 'https://phone.example/outbound',
      message: 'Agent not found for this number',
    };
    await this.queue.holds.open({ scope, reason, ...pauses }, 'call-1', cause);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** A Redis for the file, and a bench of its own for each test. */
export function eachTest(use: (bench: CommandBench) => void): void {
  eachBench(CommandBench, use);
}
