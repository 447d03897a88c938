import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisConnection } from './redis-connection.ts';
import { type Arguments, type KeysOf, ScriptInputs, type ValuesOf } from './script-inputs.ts';

/** How many replicas must have a claim, and within what time. */
export interface Fence {
  readonly replicas: number;
  readonly timeoutMs: number;
}

/** All that is to be known of a script but what it does. */
export interface ScriptDeclaration<Key extends string, Args extends Arguments, Answer> {
  readonly lua: URL;
  /** Files of functions in `lua/` that it calls. */
  readonly shared?: readonly string[];
  /** Lua of further functions that it calls. */
  readonly functions?: string;
  /** The last may be `name?`, which can be left out, or `...names`, any number of them. */
  readonly keys: readonly Key[];
  /** In the order in which they are sent; a `Rest` comes last. */
  readonly args?: Args;
  readonly answer?: (reply: never) => Answer;
}

/**
 * A Lua script of ours, sent by its hash and in full only to a server that does not know it yet.
 * Each of its keys and arguments is a local variable there: `callId` is `call_id`.
 */
export class Script<
  const Key extends string,
  Args extends Arguments = Readonly<Record<string, never>>,
  Answer = unknown,
> {
  readonly #inputs: ScriptInputs<Key, Args>;
  readonly #read: (reply: unknown) => Answer;
  /** Its first line, which declares it, and the functions it shares with others. */
  readonly #head: string;
  readonly #body: string;
  readonly #text: string;
  readonly #sha: string;

  constructor(declaration: ScriptDeclaration<Key, Args, Answer>) {
    const { lua, shared = [], functions = '', keys, args = {} as Args, answer } = declaration;
    this.#inputs = new ScriptInputs(keys, args);
    this.#read = (answer ?? ((reply) => reply)) as (reply: unknown) => Answer;
    const [shebang = '', rest = ''] = readFileSync(lua, 'utf8').split(/(?<=^.*\n)/);
    this.#head = shebang + shared.map(readShared).join('') + functions;
    this.#body = this.#inputs.around(rest);
    this.#text = this.#head + this.#body;
    this.#sha = shaOf(this.#text);
  }

  async run(redis: RedisConnection, keys: KeysOf<Key>, args: ValuesOf<Args>): Promise<Answer> {
    const sent = this.#inputs.encode(keys, args);
    try {
      return this.#read(await redis.evalsha(this.#sha, ...sent));
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return this.#read(await redis.eval(this.#text, ...sent));
    }
  }

  /**
   * The same, for one server process alone, which it knows as `SERVER`. Without arguments it
   * answers whether that is where it runs.
   */
  boundTo(server: string): BoundScript<Key, Args, Answer> {
    const question = `if #ARGV == 0 then return server_name() == SERVER and 1 or 0 end\n`;
    const head = `${this.#head}${readShared('server')}local SERVER = '${server}'\n${question}`;
    return new BoundScript(server, head + this.#body, this.#inputs, this.#read);
  }
}

/** A script whose text names a server process, and that no other knows. */
export class BoundScript<Key extends string, Args extends Arguments, Answer> {
  readonly server: string;
  readonly #text: string;
  readonly #sha: string;
  readonly #inputs: ScriptInputs<Key, Args>;
  readonly #read: (reply: unknown) => Answer;

  constructor(
    server: string,
    text: string,
    inputs: ScriptInputs<Key, Args>,
    read: (reply: unknown) => Answer,
  ) {
    this.server = server;
    this.#text = text;
    this.#sha = shaOf(text);
    this.#inputs = inputs;
    this.#read = read;
  }

  /**
   * Gives it to the server. Resolves to whether that is the one it is for. @param key says where,
   * in a cluster
   */
  async teach(redis: RedisConnection, key: string): Promise<boolean> {
    return (await redis.eval(this.#text, 1, key)) === 1;
  }

  /** Undefined if the server that got it is another than it is for. */
  async run(
    redis: RedisConnection,
    keys: KeysOf<Key>,
    args: ValuesOf<Args>,
  ): Promise<Answer | undefined> {
    try {
      return this.#read(await redis.evalsha(this.#sha, ...this.#inputs.encode(keys, args)));
    } catch (error) {
      if (isUnknownScript(error)) return undefined;
      throw error;
    }
  }

  /**
   * Runs it, then waits on the same connection for replicas. Resolves to how many have it; 0 where
   * that cannot be known.
   */
  async runAndWait(
    redis: RedisConnection,
    keys: KeysOf<Key>,
    args: ValuesOf<Args>,
    fence: Fence,
  ): Promise<number> {
    const both = redis.pipeline().evalsha(this.#sha, ...this.#inputs.encode(keys, args));
    const [ran, waited] = (await both.wait(fence.replicas, fence.timeoutMs).exec()) ?? [];
    return ran?.[0] instanceof Error || waited === undefined || waited[0] !== null
      ? 0
      : Number(waited[1]);
  }
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

function shaOf(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

function readShared(name: string): string {
  return readFileSync(new URL(`../lua/${name}.lua`, import.meta.url), 'utf8');
}
