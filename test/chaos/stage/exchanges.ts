import type { LinkObserver } from '@libby-dialer/testkit';

/** A request to the API as its sender knows it, whatever became of it on its way. */
export interface Exchange {
  readonly toPhoneNumber: string;
  /** Of the list, from 1. */
  readonly row: number;
  /** See `steadyNow`. */
  readonly sentAtMs: number;
  /** When it got the head of its answer. */
  answeredAtMs?: number;
  /** The status that the sender has got; undefined if it got no whole head of an answer. */
  answer: number | undefined;
  /**
   * Its sender may not have seen the answer: others ended the connection, and it may have stood
   * still until then.
   */
  isCutShort: boolean;
}

/** Epoch ms by a clock that does not go back, as the provider's. */
export function steadyNow(): number {
  return performance.timeOrigin + performance.now();
}

/** Which row of the list a request is for: its script says so. */
export function rowIn(request: string): number | undefined {
  const [, row] = /about Row (\d+)"/.exec(request) ?? [];
  return row === undefined ? undefined : Number(row);
}

/**
 * Reads along before the API: also requests that never reach it, and answers that never reach their
 * sender.
 */
export class Exchanges {
  /** In the order of their sending. */
  readonly all: Exchange[] = [];

  /** For each connection one; HTTP/1.1 without pipelining. */
  observe(): LinkObserver {
    let [sent, received] = ['', ''];
    let exchange: Exchange | undefined;
    return {
      sent: (chunk) => {
        if (received !== '') [sent, received, exchange] = ['', '', undefined];
        sent += chunk.toString('latin1');
        const [, toPhoneNumber] = /"toPhoneNumber":"(\+\d+)"/.exec(sent) ?? [];
        const row = rowIn(sent);
        if (exchange !== undefined || toPhoneNumber === undefined || row === undefined) return;
        exchange = {
          toPhoneNumber,
          row,
          sentAtMs: steadyNow(),
          answer: undefined,
          isCutShort: false,
        };
        this.all.push(exchange);
      },
      received: (chunk) => {
        received += chunk.toString('latin1');
        const [, status] = /^HTTP\/1\.1 (\d{3})[^]*?\r\n\r\n/.exec(received) ?? [];
        if (exchange === undefined || status === undefined) return;
        exchange.answer = Number(status);
        exchange.answeredAtMs ??= steadyNow();
      },
      ended: (isUnanswered, byClient) => {
        if (exchange !== undefined) exchange.isCutShort = isUnanswered || !byClient;
      },
    };
  }
}
