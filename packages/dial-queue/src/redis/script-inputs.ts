export type Sent = string | number;

/** How a value goes from TypeScript into a local variable of Lua. */
export interface Argument<Value> {
  readonly encode: (value: Value) => Sent;
  /** The Lua expression for it. @param sent the one for what was sent */
  readonly decode: (sent: string) => string;
}

/** Any number of values, for Lua a table. */
export interface Rest<Item> {
  /** How many elements of ARGV make one item. */
  readonly size: number;
  readonly encodeAll: (items: readonly Item[]) => readonly Sent[];
  /** The Lua expression for the item that begins at `ARGV[n]`. */
  readonly decodeItem: string;
}

/** Any number of questions: the script is run for each by itself. */
export interface Each<Item> extends Rest<Item> {
  /** The Lua that makes local variables of what begins at `ARGV[n]`. */
  readonly locals: string;
}

/** By name, in the order in which they are sent; a `Rest` comes last. */
export type Arguments = Readonly<Record<string, Argument<never> | Rest<never>>>;
export type ValuesOf<Types> = {
  readonly [Name in keyof Types]: Types[Name] extends Argument<infer Value>
    ? Value
    : Types[Name] extends Rest<infer Item>
      ? readonly Item[]
      : never;
};

/** The last one may be `name?`, which can be left out, or `...names`, any number of them. */
export type KeysOf<Key extends string> = {
  readonly [Name in Key as Name extends `...${string}` | `${string}?` ? never : Name]: string;
} & {
  readonly [Name in Key as Name extends `${infer Optional}?` ? Optional : never]?:
    | string
    | undefined;
} & {
  readonly [Name in Key as Name extends `...${infer Names}` ? Names : never]: readonly string[];
};

export const text: Argument<string> = { encode: (value) => value, decode: (sent) => sent };

export const number: Argument<number> = {
  encode: (value) => value,
  decode: (sent) => `tonumber(${sent})`,
};

export const flag: Argument<boolean> = {
  encode: (value) => (value ? 1 : 0),
  decode: (sent) => `${sent} == '1'`,
};

/** A table with the same fields. One that is undefined is not there. */
export function json<Value extends object>(): Argument<Value> {
  return {
    encode: (value) => JSON.stringify(value),
    decode: (sent) => `cjson.decode(${sent})`,
  };
}

/** Undefined becomes nil. So does an empty text. */
export function optional<Value>({ encode, decode }: Argument<Value>): Argument<Value | undefined> {
  return {
    encode: (value) => (value === undefined ? '' : encode(value)),
    decode: (sent) => `${sent} ~= '' and ${decode(sent)} or nil`,
  };
}

export function list<Item>({ encode, decode }: Argument<Item>): Rest<Item> {
  return {
    size: 1,
    encodeAll: (items) => items.map(encode),
    decodeItem: decode('ARGV[n]'),
  };
}

/** Each item becomes a table, with a field for each of these columns. */
export function rows<Columns extends Readonly<Record<string, Argument<never>>>>(
  columns: Columns,
): Rest<ValuesOf<Columns>> {
  const entries = Object.entries(columns) as [keyof Columns, Argument<unknown>][];
  const fields = entries.map(
    ([name, { decode }], index) => `${String(name)} = ${decode(`ARGV[n + ${index}]`)}`,
  );
  return {
    size: entries.length,
    encodeAll: (items) => {
      const sent: Sent[] = [];
      for (const item of items)
        for (const [name, { encode }] of entries) sent.push(encode(item[name]));
      return sent;
    },
    decodeItem: `{ ${fields.join(', ')} }`,
  };
}

/**
 * As `rows`, but the script (which shares `batch`) is run for each row by itself, with its columns
 * as local variables, and answers a list of what each came to.
 */
export function each<Columns extends Readonly<Record<string, Argument<never>>>>(
  columns: Columns,
): Each<ValuesOf<Columns>> {
  const entries = Object.entries(columns) as [string, Argument<unknown>][];
  const locals = entries.map(
    ([name, { decode }], index) => `local ${luaName(name)} = ${decode(`ARGV[n + ${index}]`)}\n`,
  );
  return { ...rows(columns), locals: locals.join('') };
}

/** What a script is given: named in TypeScript and in Lua, in one order between. */
export class ScriptInputs<Key extends string, Args extends Arguments> {
  readonly #keys: readonly { readonly name: string; readonly isRest: boolean }[];
  readonly #args: readonly (readonly [
    name: string,
    type: Argument<unknown> | Rest<unknown> | Each<unknown>,
  ])[];

  constructor(keys: readonly Key[], args: Args) {
    this.#keys = keys.map((key) => ({
      name: key.replace(/^\.\.\.|\?$/, ''),
      isRest: key.startsWith('...'),
    }));
    this.#args = Object.entries(args) as [string, Argument<unknown> | Rest<unknown>][];
  }

  /** As EVAL takes them. */
  encode(keys: KeysOf<Key>, args: ValuesOf<Args>): [count: number, ...sent: Sent[]] {
    const sent: [number, ...Sent[]] = [0];
    for (const { name } of this.#keys) {
      const key = (keys as Readonly<Record<string, string | readonly string[] | undefined>>)[name];
      if (typeof key === 'string') sent.push(key);
      else if (key !== undefined) sent.push(...key);
    }
    sent[0] = sent.length - 1;
    for (const [name, type] of this.#args) {
      const value = (args as Readonly<Record<string, unknown>>)[name];
      if ('size' in type) sent.push(...type.encodeAll(value as unknown[]));
      else sent.push(type.encode(value));
    }
    return sent;
  }

  /** The whole text of a script, of which `body` is what it does. */
  around(body: string): string {
    const first = this.#args.findIndex(([, type]) => 'locals' in type);
    const type = this.#args[first]?.[1];
    if (type === undefined || !('locals' in type)) return this.#locals + body;
    const answerOne = `local function answer_one(n)\n${type.locals}${body}\nend\n`;
    const answerAll = `return answer_each(answer_one, ${first + 1}, #ARGV, ${type.size})\n`;
    return this.#locals + answerOne + answerAll;
  }

  /** The Lua that makes local variables of them: `callId` is `call_id` there. */
  get #locals(): string {
    const single = this.#keys.filter(({ isRest }) => !isRest).map(({ name }) => luaName(name));
    const keys =
      single.length === 0 ? '' : `local ${single.join(', ')} = unpack(KEYS, 1, ${single.length})\n`;
    const rest = this.#keys.flatMap(({ name, isRest }, index) =>
      isRest ? tableOf(name, { from: 'KEYS', first: index + 1, size: 1, item: 'KEYS[n]' }) : [],
    );
    const args = this.#args.map(([name, type], index) => {
      if ('locals' in type) return '';
      return 'size' in type
        ? tableOf(name, { from: 'ARGV', first: index + 1, size: type.size, item: type.decodeItem })
        : `local ${luaName(name)} = ${type.decode(`ARGV[${index + 1}]`)}\n`;
    });
    return [keys, ...rest, ...args].join('');
  }
}

function tableOf(
  name: string,
  { from, first, size, item }: { from: string; first: number; size: number; item: string },
): string {
  const table = luaName(name);
  const append = `${table}[#${table} + 1] = ${item}`;
  return `local ${table} = {} for n = ${first}, #${from}, ${size} do ${append} end\n`;
}

function luaName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
