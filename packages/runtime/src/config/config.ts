import { readFileSync } from 'node:fs';
import { ConfigError, type ConfigProblem } from '../errors.ts';
import type { Redactor } from '../logs/redactor.ts';
import { Secret } from './secret.ts';
import { text, type VariableType } from './variable-types.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reports that a variable cannot be used. */
export type ReportProblem = (variable: string, message: string) => void;

/** One environment variable: its name, what it may hold, and what it is when unset. */
export interface Variable<T> {
  readonly kind: 'variable';
  readonly name: string;
  readonly type: VariableType<T>;
  readonly whenUnset: { readonly value: T } | undefined;
  readonly fromFile: boolean;
  readonly emptyIsUnset: boolean;
  /** What it is for, in words that complete "NAME: …". */
  readonly about: string | undefined;
  /** What stands for the default in documents; undefined: there is none. */
  readonly shownDefault: string | undefined;
}

/** A value made of other parts of the schema, or a relation between them. */
export interface Derived<T> {
  readonly kind: 'derived';
  readonly inputs: Schema;
  readonly derive: (values: never, report: ReportProblem) => T;
}

type Node = Variable<unknown> | Derived<unknown> | Schema;

/** What a program reads from its environment: variables, nested by the component they configure. */
export interface Schema {
  readonly [component: string]: Node;
}

/** The configuration that a schema describes. */
export type ConfigOf<N> =
  N extends Variable<infer T>
    ? T
    : N extends Derived<infer T>
      ? T
      : { readonly [K in keyof N]: ConfigOf<N[K]> };

interface VariableOptions {
  /**
   * Whether `NAME_FILE` may name a file that holds the value. For whatever is, or contains, a
   * secret.
   */
  readonly fromFile?: boolean;
  /** For variables that are not ours alone, and that others take for unset where they are empty. */
  readonly emptyIsUnset?: boolean;
  /** What it is for: shown by `--help` and in the reference. */
  readonly about?: string;
  /** How the default is written, where it is no text, number or flag. */
  readonly shownDefault?: string;
}

/** A variable: required, unless `default` or `optional` is given. */
export function variable<T>(
  name: string,
  type: VariableType<T>,
  options: VariableOptions & { default: NoInfer<T> },
): Variable<T>;
export function variable<T>(
  name: string,
  type: VariableType<T>,
  options: VariableOptions & { optional: true },
): Variable<T | undefined>;
export function variable<T>(
  name: string,
  type: VariableType<T>,
  options?: VariableOptions,
): Variable<T>;
export function variable<T>(
  name: string,
  type: VariableType<T>,
  options: VariableOptions & { default?: T; optional?: true } = {},
): Variable<T | undefined> {
  const whenUnset =
    'default' in options || options.optional === true ? { value: options.default } : undefined;
  const { fromFile = false, emptyIsUnset = false, about } = options;
  const shownDefault = options.shownDefault ?? textOfDefault(options.default);
  return { kind: 'variable', name, type, whenUnset, fromFile, emptyIsUnset, about, shownDefault };
}

function textOfDefault(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/**
 * The type of a secret's variable: a `Secret`, which cannot be printed. Give the variable
 * `fromFile: true`.
 */
export function secret(): VariableType<Secret> {
  return text().transform((value) => new Secret(value));
}

/**
 * Computes a part of the configuration from others once they are all valid. `report` says that they
 * do not fit together; what is returned is then not used.
 */
export function derived<const Inputs extends Schema, T>(
  inputs: Inputs,
  derive: (values: ConfigOf<Inputs>, report: ReportProblem) => T,
): Derived<T> {
  return { kind: 'derived', inputs, derive };
}

export interface LoadConfigOptions {
  /** Is told every secret that was read. */
  readonly redactor?: Redactor;
}

/**
 * Reads the configuration that `schema` describes out of `environment`: validated, nested as the
 * schema is, and frozen all through. A secret may come from the file named by `NAME_FILE` instead.
 *
 * Throws one `ConfigError` with every problem there is.
 */
export function loadConfig<const S extends Schema>(
  schema: S,
  environment: Environment,
  options: LoadConfigOptions = {},
): ConfigOf<S> {
  const reader = new EnvironmentReader(environment);
  const config = reader.read(schema);
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  freeze(config, options.redactor);
  return config as ConfigOf<S>;
}

const UNUSABLE = Symbol('unusable');

class EnvironmentReader {
  readonly #environment: Environment;
  readonly #problems = new Map<string, ConfigProblem>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  get problems(): readonly ConfigProblem[] {
    return [...this.#problems.values()];
  }

  read(node: Node): unknown {
    if (isVariable(node)) return this.#variable(node);
    if (isDerived(node)) return this.#derived(node);
    const values = Object.entries(node).map(([key, part]) => [key, this.read(part)] as const);
    return values.some(([, value]) => value === UNUSABLE) ? UNUSABLE : Object.fromEntries(values);
  }

  #variable({ name, type, whenUnset, fromFile, emptyIsUnset }: Variable<unknown>): unknown {
    const raw = this.#text(name, fromFile);
    if (raw === UNUSABLE) return UNUSABLE;
    if (raw === undefined || (raw === '' && emptyIsUnset)) {
      if (whenUnset !== undefined) return whenUnset.value;
      return this.#unusable(
        name,
        fromFile ? `is required; set it or ${name}_FILE` : 'is required; set it',
      );
    }
    if (raw === '') return this.#unusable(name, `is set but empty${emptyHint(type, whenUnset)}`);
    const result = type.safeParse(raw);
    return result.success
      ? result.data
      : this.#unusable(name, result.error.issues[0]?.message ?? 'cannot be used');
  }

  #text(name: string, fromFile: boolean): string | undefined | typeof UNUSABLE {
    const value = this.#environment[name];
    const file = fromFile ? this.#environment[`${name}_FILE`] : undefined;
    if (file === undefined) return value;
    if (value !== undefined)
      return this.#unusable(name, `is set, and so is ${name}_FILE; unset one of them`);
    return this.#file(`${name}_FILE`, file);
  }

  #file(variable: string, path: string): string | typeof UNUSABLE {
    try {
      const content = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
      return content === '' ? this.#unusable(variable, 'names an empty file') : content;
    } catch (error) {
      return this.#unusable(
        variable,
        `names a file that cannot be read (${(error as NodeJS.ErrnoException).code})`,
      );
    }
  }

  #derived({ inputs, derive }: Derived<unknown>): unknown {
    const values = this.read(inputs);
    if (values === UNUSABLE) return UNUSABLE;
    let usable = true;
    const value = derive(values as never, (variable, message) => {
      usable = false;
      this.#unusable(variable, message);
    });
    return usable ? value : UNUSABLE;
  }

  // A variable that several parts depend on is read by each of them, and its problem reported once.
  #unusable(variable: string, message: string): typeof UNUSABLE {
    this.#problems.set(`${variable}: ${message}`, { variable, message });
    return UNUSABLE;
  }
}

// What the type says about an empty text, such as the range of a number, is more use than that it
// is empty.
function emptyHint(type: VariableType<unknown>, whenUnset: Variable<unknown>['whenUnset']): string {
  const result = type.safeParse('');
  const said = result.success ? 'give it a value' : result.error.issues[0]?.message;
  return whenUnset === undefined ? `; ${said}` : `; ${said}, or unset it`;
}

function isVariable(node: Node): node is Variable<unknown> {
  return node['kind'] === 'variable';
}

function isDerived(node: Node): node is Derived<unknown> {
  return node['kind'] === 'derived';
}

function freeze(value: unknown, redactor: Redactor | undefined): void {
  if (typeof value !== 'object' || value === null) return;
  if (value instanceof Secret) redactor?.registerSecret(value);
  for (const part of Object.values(value)) freeze(part, redactor);
  Object.freeze(value);
}

/** The variables that a schema reads, each once, in its order. */
export function variablesOf(schema: Schema): Variable<unknown>[] {
  const byName = new Map(everyVariable(schema).map((each) => [each.name, each]));
  return [...byName.values()];
}

function everyVariable(node: Node): Variable<unknown>[] {
  if (isVariable(node)) return [node];
  return Object.values(isDerived(node) ? node.inputs : node).flatMap(everyVariable);
}

/** The names of the variables that a schema knows, `NAME_FILE` included. */
function variableNames(schema: Schema): string[] {
  return variablesOf(schema).flatMap(({ name, fromFile }) =>
    fromFile ? [name, `${name}_FILE`] : [name],
  );
}

/**
 * One sentence for each variable that is set, looks like a misspelling of one that the schema
 * knows, and would be ignored in silence.
 */
export function misspelledVariables(schema: Schema, environment: Environment): string[] {
  const known = variableNames(schema);
  return Object.keys(environment)
    .filter(
      (name) =>
        /^(?:LIBBY|WORKER|ENQUEUER|FORWARD|DIALER|REDIS|LOG)_/.test(name) && !known.includes(name),
    )
    .flatMap((name) => {
      const meant = known.find((candidate) => editDistance(name, candidate) <= 2);
      return meant === undefined
        ? []
        : [`${name} is not a known variable and has no effect; did you mean ${meant}?`];
    });
}

/**
 * Levenshtein's: how many characters must be added, dropped or changed to turn one text into the
 * other.
 */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, character] of a.split('').entries()) {
    const next = [i + 1];
    for (const [j, other] of b.split('').entries()) {
      const change = (row[j] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
