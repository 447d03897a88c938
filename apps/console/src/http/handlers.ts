import type { ApiAnswer, ApiReceived, ApiRoute } from '@libby-dialer/http-api';
import type { Context } from '@libby-dialer/operations';
import type { Caller } from './caller.ts';

/** What a handler is told of a request beside its parts. */
export interface Exchange {
  readonly caller: Caller;
  /** For what the caller decides: it is kept for audit under their name. */
  readonly asCaller: Context;
  /** Aborts when whoever asked has gone, or the program stops. */
  readonly signal: AbortSignal;
  /** Where the request comes from: an address. */
  readonly from: string;
  /** Its headers, as they came. */
  readonly asked: Headers;
  /**
   * What the caller may see of a row of a streamed answer: the same function for all who may see
   * the same.
   */
  readonly shown: <Row>(row: Row) => Row;
  /** Of the answer. */
  readonly headers: Headers;
}

type Handler<Name extends ApiRoute> = (
  request: ApiReceived<Name>,
  exchange: Exchange,
) => Promise<ApiAnswer<Name>>;

export type Handlers<Name extends ApiRoute> = { readonly [Each in Name]: Handler<Each> };
