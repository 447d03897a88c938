import { retryAfterMs } from '@libby-dialer/libby-client';
import type { Clock } from '@libby-dialer/runtime';
import { signatureHeaders } from './webhook-signature.ts';
import type { WebhookUrl } from './webhook-url.ts';

/** What became of an attempt to deliver. */
export type WebhookAnswer =
  | { readonly kind: 'delivered' }
  /** 410: the receiver wants no more of this, ever. */
  | { readonly kind: 'gone' }
  | WebhookFailure;

export interface WebhookFailure {
  readonly kind: 'failed';
  /**
   * `http_<status>`, `timeout`, or the error code of system or TLS. Holds nothing of what was sent
   * or answered.
   */
  readonly reason: string;
  /**
   * Whether it says something of the receiver as a whole, rather than perhaps of this very message.
   */
  readonly blames: 'receiver' | 'message';
  /** How long the receiver asks to be left alone. */
  readonly retryAfterMs: number | undefined;
}

export interface WebhookOptions {
  readonly target: WebhookUrl;
  readonly keys: readonly Buffer[];
  /** For the whole exchange, the connection included. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** The body of an answer is read, so that the connection can be used again, and ignored. */
const ANSWER_LIMIT_BYTES = 64 * 1024;
/** Answers of a receiver, or of what stands before it, that is overloaded or not there. */
const RECEIVER_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);
const USER_AGENT = 'libby-dialer';

/** Posts signed messages to one receiver. */
export class Webhook {
  readonly #options: WebhookOptions;

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  /**
   * Settles within the time-out and never rejects. @param id the same for every attempt to deliver
   * this body
   */
  async post(id: string, body: string): Promise<WebhookAnswer> {
    const { target, keys, timeoutMs, clock } = this.#options;
    const timestamp = Math.floor(clock.now() / 1000);
    try {
      const response = await fetch(target.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': USER_AGENT,
          ...(target.authorization === undefined ? {} : { authorization: target.authorization }),
          ...signatureHeaders({ id, timestamp, body }, keys),
        },
        body,
        // Following it would give personal data to whoever the answer names. Its status says more
        // than an error would.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      await drain(response);
      return answerOf(response, clock.now());
    } catch (error) {
      return {
        kind: 'failed',
        reason: reasonOf(error),
        blames: 'receiver',
        retryAfterMs: undefined,
      };
    }
  }
}

function answerOf({ ok, status, headers }: Response, now: number): WebhookAnswer {
  if (ok) return { kind: 'delivered' };
  if (status === 410) return { kind: 'gone' };
  return {
    kind: 'failed',
    reason: `http_${status}`,
    blames: RECEIVER_STATUSES.has(status) ? 'receiver' : 'message',
    retryAfterMs: retryAfterMs(headers.get('retry-after'), headers.get('date'), now),
  };
}

/** The status line says everything, even if the rest breaks off. */
async function drain(response: Response): Promise<void> {
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > ANSWER_LIMIT_BYTES) return;
    }
  } catch {
    // nothing more to be learned
  }
}

/** fetch wraps what happened in a TypeError; the code of the cause is what is stable. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  if (error.name === 'TimeoutError') return 'timeout';
  const { code } = (error.cause ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : 'failed';
}
