export interface RedisOptions {
  readonly appendonly?: boolean;
  readonly appendfsync?: 'always' | 'everysec' | 'no';
  /** As Redis words it: `64mb`. */
  readonly maxmemory?: string;
  readonly requirepass?: string;
  /**
   * Its wall clock can be set, by libfaketime (see `findLibfaketime`). Only for a `redis-server` of
   * the PATH.
   */
  readonly settableClock?: boolean;
  /** More arguments for redis-server. */
  readonly args?: readonly string[];
}

/** A Redis of one's own. */
export interface PrivateRedis extends AsyncDisposable {
  /** With the password, if there is one. */
  readonly url: string;
  readonly port: number;
  /** Undefined in a container. */
  readonly pid: number | undefined;
  /** Sends a signal (SIGKILL unless given) and waits for the end; the data stay. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Ends it in an orderly way if it still runs, and starts it again on the same port and data. */
  restart(): Promise<void>;
  /** It hangs (SIGSTOP): connections stay open, nothing is answered. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /**
   * From now on its wall clock is so far ahead of the machine's (negative: behind it). Needs
   * `settableClock`.
   */
  setClock(aheadMs: number): Promise<void>;
  /** Ends it for good and removes its data. */
  stop(): Promise<void>;
}

export function redisArguments(options: RedisOptions): string[] {
  const { appendonly = false, appendfsync, maxmemory, requirepass, args = [] } = options;
  return [
    '--save',
    '',
    '--appendonly',
    appendonly ? 'yes' : 'no',
    ...(appendfsync === undefined ? [] : ['--appendfsync', appendfsync]),
    ...(maxmemory === undefined ? [] : ['--maxmemory', maxmemory]),
    ...(requirepass === undefined ? [] : ['--requirepass', requirepass]),
    // A replica gets its data at once: there is no second one to wait for.
    '--repl-diskless-sync-delay',
    '0',
    ...args,
  ];
}

export function redisUrl(host: string, port: number, password: string | undefined): string {
  return `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}${host}:${port}`;
}
