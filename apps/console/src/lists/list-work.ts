import { isoInstant } from '@libby-dialer/dialing';
import type { ListJson } from '@libby-dialer/http-api';
import type { ProgressView } from '@libby-dialer/operations';
import { DialerError } from '@libby-dialer/runtime';

type WorkJson = NonNullable<ListJson['work']>;
export type WorkKind = WorkJson['kind'];
/** What work of that kind ends with. */
export type WorkResult<Kind extends WorkKind> = NonNullable<
  Extract<WorkJson, { kind: Kind }>['result']
>;

/** What the work is given, and what it tells. */
export interface WorkHooks {
  readonly signal: AbortSignal;
  readonly warn: (sentence: string) => void;
  /** Given a look at how far it is. */
  readonly watch: (look: () => Progress) => Disposable;
}

type Progress = Pick<ProgressView, 'rows' | 'rejected'> &
  Partial<Pick<ProgressView, 'bytesRead' | 'bytesTotal'>>;

const NOTHING_YET: Progress = { rows: 0, rejected: 0 };

/** Who asked for it, and for which campaign. */
export interface WorkOrder {
  readonly by: string;
  readonly campaign: string | null;
}

/** Work on an uploaded list, which goes on whether anybody looks or not. */
export class ListWork {
  readonly #kind: WorkKind;
  readonly #order: WorkOrder;
  readonly #startedAt = Date.now();
  readonly #stopping = new AbortController();
  readonly #warnings: string[] = [];
  /** Settles, never with an error, once it has ended. */
  readonly ended: Promise<void>;
  #look = () => NOTHING_YET;
  #end:
    | { readonly at: number; readonly problem?: DialerError; readonly result?: object }
    | undefined;

  private constructor(
    kind: WorkKind,
    order: WorkOrder,
    work: (hooks: WorkHooks) => Promise<object>,
    onCrash: (error: unknown) => void,
  ) {
    this.#kind = kind;
    this.#order = order;
    this.ended = this.#run(work, onCrash);
  }

  /** @param onCrash told of an error that nobody foresaw */
  static begin<Kind extends WorkKind>(
    kind: Kind,
    order: WorkOrder,
    work: (hooks: WorkHooks) => Promise<WorkResult<Kind>>,
    onCrash: (error: unknown) => void,
  ): ListWork {
    return new ListWork(kind, order, work, onCrash);
  }

  get isRunning(): boolean {
    return this.#end === undefined;
  }

  /** Breaks it off. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.ended;
  }

  json(): WorkJson {
    const { rows, rejected, bytesRead, bytesTotal } = this.#look();
    const problem = this.#end?.problem;
    return {
      kind: this.#kind,
      ...this.#order,
      state: this.#state(),
      startedAt: isoInstant(this.#startedAt),
      endedAt: this.#end === undefined ? null : isoInstant(this.#end.at),
      rows,
      rejected,
      bytesRead: bytesRead ?? null,
      bytesTotal: bytesTotal ?? null,
      warnings: [...this.#warnings],
      problem: problem === undefined ? null : { code: problem.code, detail: problem.message },
      result: this.#end?.result ?? null,
    } as WorkJson;
  }

  #state(): WorkJson['state'] {
    if (this.#end === undefined) return 'running';
    if (this.#end.result !== undefined) return 'done';
    return this.#stopping.signal.aborted ? 'stopped' : 'failed';
  }

  async #run(
    work: (hooks: WorkHooks) => Promise<object>,
    onCrash: (error: unknown) => void,
  ): Promise<void> {
    try {
      const result = await work({
        signal: this.#stopping.signal,
        warn: (sentence) => this.#warnings.push(sentence),
        watch: (look) => this.#watch(look),
      });
      this.#end = { at: Date.now(), result };
    } catch (error) {
      if (!(error instanceof DialerError) && !this.#stopping.signal.aborted) onCrash(error);
      this.#end = { at: Date.now(), problem: problemOf(error) };
    }
  }

  /** What it saw last stays to be seen. */
  #watch(look: () => Progress): Disposable {
    this.#look = look;
    return {
      [Symbol.dispose]: () => {
        const last = look();
        this.#look = () => last;
      },
    };
  }
}

function problemOf(error: unknown): DialerError {
  if (error instanceof DialerError) return error;
  return new DialerError('unexpected', 'It broke off; the log of the console says why.');
}
