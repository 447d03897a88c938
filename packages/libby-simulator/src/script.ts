import { STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';
import { type Answer, jsonAnswer } from './answer.ts';
import { SimulatorError } from './simulator-error.ts';

const FAULTS = ['hang', 'reset_before', 'reset_after', 'garbage', 'truncate'] as const;

/**
 * - `hang`: the request is read and never answered; not taken.
 * - `reset_before`: the connection is reset, the request left unprocessed; not taken.
 * - `reset_after`: taken, then the connection is reset without an answer.
 * - `garbage`: taken, then bytes that are not HTTP, and the connection is closed.
 * - `truncate`: taken, then a 200 whose body is shorter than its content-length, and the connection
 *   is closed.
 */
export type Fault = (typeof FAULTS)[number];

const OWN_HEADERS = new Set(['content-length', 'transfer-encoding', 'connection']);
const BODYLESS = new Set([204, 205, 304]);
/** Where to look at what was done: so a server ends a POST that it has carried out. */
const HAVE_DONE = new Set([301, 302, 303]);

const headersSchema = z
  .record(z.string(), z.string())
  .refine((headers) => Object.keys(headers).every((name) => !OWN_HEADERS.has(name.toLowerCase())), {
    error: 'content-length, transfer-encoding and connection are set by the simulator itself',
  })
  .refine((headers) => Object.entries(headers).every(isHeader), {
    error: 'not a valid HTTP header',
  });

const matchSchema = z
  .strictObject({
    endpoint: z.enum(['outbound', 'token']).default('outbound'),
    toPhoneNumber: z.string().optional(),
    nth: z.int().min(1).optional(),
    rate: z.number().min(0).max(1).optional(),
  })
  .refine((match) => match.endpoint === 'outbound' || match.toPhoneNumber === undefined, {
    error: 'a token request has no toPhoneNumber',
  });

const actionSchema = z
  .strictObject({
    status: z.int().min(200).max(599).optional(),
    headers: headersSchema.optional(),
    body: z.json().optional(),
    latencyMs: z.number().min(0).max(3_600_000).optional(),
    fault: z.enum(FAULTS).optional(),
    taken: z.boolean().optional(),
  })
  .refine(
    (action) =>
      action.fault === undefined || (action.status ?? action.headers ?? action.body) === undefined,
    {
      error: 'a fault goes without status, headers and body',
    },
  )
  .refine((action) => action.taken === undefined || !action.fault?.startsWith('reset_'), {
    error: 'reset_before is never and reset_after always taken',
  });

const scriptSchema = z.array(z.strictObject({ match: matchSchema, do: actionSchema }));

/** One rule as it is written; `parseScript` checks it and fills in the defaults. */
export type ScriptRule = z.input<typeof scriptSchema>[number];
type CheckedRule = z.output<typeof scriptSchema>[number];
export type Action = CheckedRule['do'];

export interface ScriptedRequest {
  readonly endpoint: 'outbound' | 'token';
  /** Undefined for a token request. */
  readonly toPhoneNumber?: string;
  /** 1-based: per number for calls, over all for token requests. */
  readonly nth: number;
}

/** Throws a SimulatorError `bad_script` that names the rule and the field. */
export function parseScript(value: unknown, seed: number): Script {
  return new Script(parseRules(value), seed);
}

function parseRules(value: unknown): readonly CheckedRule[] {
  const result = scriptSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new SimulatorError(
    'bad_script',
    `the script is wrong at ${placeOf(issue?.path ?? [])}: ${issue?.message}`,
  );
}

/** Rules in order; the first that matches decides. */
export class Script {
  #rules: readonly CheckedRule[];
  readonly #seed: number;

  constructor(rules: readonly CheckedRule[], seed: number) {
    this.#rules = rules;
    this.#seed = seed;
  }

  /**
   * From now on these rules count instead. Throws as `parseScript` does, and then nothing changes.
   */
  replace(value: unknown): void {
    this.#rules = parseRules(value);
  }

  actionFor(request: ScriptedRequest): Action | undefined {
    return this.#rules.find((rule, index) => this.#matches(rule, index, request))?.do;
  }

  /**
   * A rule's own index is part of its draw: otherwise a second rule of the same rate would never
   * get a turn.
   */
  #matches({ match }: CheckedRule, index: number, request: ScriptedRequest): boolean {
    if (match.endpoint !== request.endpoint) return false;
    if (match.toPhoneNumber !== undefined && match.toPhoneNumber !== request.toPhoneNumber)
      return false;
    if (match.nth !== undefined && match.nth !== request.nth) return false;
    if (match.rate === undefined) return true;
    return (
      draw(`${this.#seed}:${index}:${request.toPhoneNumber ?? ''}:${request.nth}`) < match.rate
    );
  }
}

/** Whether the request has its effect (the phone rings, a token is granted) under this action. */
export function takes({ taken, fault, status = 200 }: Action): boolean {
  if (taken !== undefined) return taken;
  if (fault !== undefined) return fault !== 'hang' && fault !== 'reset_before';
  return status < 300 || HAVE_DONE.has(status);
}

/**
 * These strike before the provider has looked at the request, so even a request it would refuse
 * meets them.
 */
export function strikesFirst(action: Action | undefined): boolean {
  return action?.fault === 'hang' || action?.fault === 'reset_before';
}

/**
 * The endpoint's own answer as the script changes it. `ordinary` gives the endpoint's answer for a
 * status.
 */
export function scriptedAnswer(action: Action, ordinary: (status: number) => Answer): Answer {
  const { status = 200, headers = {}, body } = action;
  const base = body === undefined ? ordinary(status) : answerWith(status, body);
  return {
    status,
    headers: { ...base.headers, ...lowerCased(headers) },
    body: BODYLESS.has(status) ? '' : base.body,
  };
}

/** How a gateway words a status of which the provider's page says nothing. */
export function plainAnswer(status: number): Answer {
  return jsonAnswer(status, { message: STATUS_CODES[status] ?? 'Unknown' });
}

function answerWith(status: number, body: unknown): Answer {
  if (typeof body !== 'string') return jsonAnswer(status, body);
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

/**
 * Uniform in [0, 1), the same for the same text everywhere: FNV-1a, then MurmurHash3's finalizer to
 * mix it.
 */
function draw(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function isHeader([name, value]: readonly [string, string]): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function placeOf([index, ...field]: readonly PropertyKey[]): string {
  if (typeof index !== 'number') return 'its top: it must be an array of rules';
  return [`rule ${index + 1}`, field.map(String).join('.')].filter(Boolean).join(', ');
}
