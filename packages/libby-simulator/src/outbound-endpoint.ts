import type { AccessTokens } from './access-tokens.ts';
import { type Answer, jsonAnswer, mediaType } from './answer.ts';
import type { CallLog, CallRecord } from './call-log.ts';
import type { Endpoint, ReceivedRequest, Reply } from './endpoint.ts';
import { payloadProblem } from './outbound-payload.ts';
import {
  type Action,
  plainAnswer,
  type Script,
  scriptedAnswer,
  strikesFirst,
  takes,
} from './script.ts';

export interface OutboundEndpointParts {
  /** Numbers that have an agent; undefined: every number has. */
  readonly agents: ReadonlySet<string> | undefined;
  /** What a token needs to place calls. */
  readonly scope: string;
  readonly tokens: AccessTokens;
  readonly script: Script;
  readonly log: CallLog;
  readonly now: () => number;
}

const PROCESSED = jsonAnswer(200, { message: 'Outbound call processed' });
const FORBIDDEN = jsonAnswer(403, { message: 'Forbidden: Incorrect scopes' });
const NO_AGENT = jsonAnswer(404, { message: 'Agent not found for this number' });
const NOT_JSON = jsonAnswer(400, { message: 'Invalid request body: not JSON' });
const NOT_JSON_TYPE = jsonAnswer(415, { message: 'Unsupported Media Type' });
const NO_ACTION: Action = {};

/**
 * `POST /outbound`. A request that the provider would refuse (token, payload, agent) is refused,
 * whatever the script says of it; only `hang` and `reset_before` come earlier. Whatever names a
 * number is logged. A call is taken on arrival: latency delays the answer, and who hangs up
 * meanwhile has rung the phone all the same.
 */
export class OutboundEndpoint implements Endpoint {
  readonly #parts: OutboundEndpointParts;

  constructor(parts: OutboundEndpointParts) {
    this.#parts = parts;
  }

  receive(request: ReceivedRequest): Reply {
    const payload = parseJson(request.body);
    const toPhoneNumber = textField(payload, 'toPhoneNumber');
    if (toPhoneNumber === undefined) {
      return {
        answer: this.#refusal(request, payload) ?? NOT_JSON,
        fault: undefined,
        latencyMs: undefined,
      };
    }
    const nth = this.#parts.log.nextNth(toPhoneNumber);
    const action =
      this.#parts.script.actionFor({ endpoint: 'outbound', toPhoneNumber, nth }) ?? NO_ACTION;
    const refusal = strikesFirst(action) ? undefined : this.#refusal(request, payload);
    const answer = refusal ?? scriptedAnswer(action, ordinaryAnswer);
    const fault = refusal ? undefined : action.fault;
    const record: CallRecord = {
      atMs: this.#parts.now(),
      toPhoneNumber,
      fromPhoneNumber: textField(payload, 'fromPhoneNumber') ?? null,
      nth,
      answer: fault ?? answer.status,
      taken: !refusal && takes(action),
      payload: request.body,
    };
    this.#parts.log.add(record);
    return { answer, fault, latencyMs: action.latencyMs, record };
  }

  #refusal(request: ReceivedRequest, payload: unknown): Answer | undefined {
    const { tokens, scope, agents } = this.#parts;
    if (!tokens.allows(bearerToken(request.authorization), scope)) return FORBIDDEN;
    if (mediaType(request.contentType) !== 'application/json') return NOT_JSON_TYPE;
    if (payload === undefined) return NOT_JSON;
    const problem = payloadProblem(payload);
    if (problem !== undefined)
      return jsonAnswer(400, { message: `Invalid request body: ${problem}` });
    return agents?.has(textField(payload, 'fromPhoneNumber') ?? '') === false
      ? NO_AGENT
      : undefined;
  }
}

function ordinaryAnswer(status: number): Answer {
  if (status === 200) return PROCESSED;
  if (status === 403) return FORBIDDEN;
  return status === 404 ? NO_AGENT : plainAnswer(status);
}

function bearerToken(authorization: string | undefined): string {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
}

/** Undefined if it is not JSON; JSON itself has no undefined. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textField(
  payload: unknown,
  name: 'toPhoneNumber' | 'fromPhoneNumber',
): string | undefined {
  if (typeof payload !== 'object' || payload === null || !Object.hasOwn(payload, name))
    return undefined;
  const value = (payload as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : undefined;
}
