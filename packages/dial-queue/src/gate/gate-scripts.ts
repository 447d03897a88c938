import type { HoldReason, HoldScope, Outcome, Reason } from '@libby-dialer/dialing';
import { type CompletedJob, MOVE_TO_FINISHED } from '../jobs/job-completion.ts';
import { Script } from '../redis/script.ts';
import { each, json, number, optional, rows, text } from '../redis/script-inputs.ts';
import type { Answered } from '../redis/turn-batch.ts';
import type { Claim } from './claim.ts';
import type {
  ClaimRequest,
  GateAnswer,
  GateVerdict,
  ReleaseAnswer,
  ReleaseRequest,
  SettleAnswer,
  Settlement,
  Uncompared,
  WaitFor,
  Withdrawal,
} from './questions.ts';

export const CLAIM = new Script({
  lua: new URL('./gate.lua', import.meta.url),
  shared: ['batch', 'ledger', 'redial', 'holds', 'canary', 'lines', 'people', 'turns', 'pace'],
  keys: ['ledger', 'state', 'claims', 'holds', 'claimCounts', 'turns', 'lines', 'people', 'canary'],
  args: {
    sendWithinMs: number,
    claimMs: number,
    // Prefixes of keys: which keys a batch needs is known only in the script.
    doNotCallSets: text,
    questions: each({ ask: json<ClaimRequest>() }),
  },
  answer: readEach(readAnswer),
});

export const SETTLE = new Script({
  lua: new URL('./settle.lua', import.meta.url),
  shared: ['batch', 'ledger', 'redial', 'holds', 'canary', 'lines', 'people', 'write-result'],
  functions: MOVE_TO_FINISHED,
  keys: [
    'ledger',
    'state',
    'claims',
    'kept',
    'revised',
    'results',
    'breakers',
    'holds',
    'expiries',
    'lines',
    'people',
    'canary',
    '...completion',
  ],
  args: {
    channel: text,
    queue: text,
    settlements: each({
      settlement: json<Settlement>(),
      resultHead: text,
      payload: optional(text),
    }),
  },
  answer: readEach(readSettled),
});

export const RELEASE = new Script({
  lua: new URL('./release.lua', import.meta.url),
  shared: ['batch', 'ledger', 'holds', 'lines', 'people'],
  keys: ['ledger', 'state', 'claims', 'breakers', 'holds', 'lines', 'people'],
  args: { channel: text, releases: each({ release: json<ReleaseRequest | Withdrawal>() }) },
  answer: readEach(readReleased),
});

export const CANCEL = new Script({
  lua: new URL('./cancel-untried.lua', import.meta.url),
  shared: ['ledger', 'write-result', 'remove-job'],
  keys: ['ledger', 'state', 'kept', 'revised', 'results', 'expiries'],
  args: {
    campaign: text,
    queue: text,
    owner: text,
    calls: rows({ callId: text, resultHead: text, payload: text }),
  },
  answer: (callIds: readonly string[]) => new Set(callIds),
});

export type SettleReply = ReturnType<typeof readSettled>;
export type Released = ReturnType<typeof readReleased>;

/** The answers of a script to each of many. */
function readEach<Reply, Answer>(read: (reply: Reply) => Answer) {
  return (replies: readonly Answered<Reply>[]): readonly Answered<Answer>[] =>
    replies.map((reply) => (reply instanceof Error ? reply : read(reply)));
}

function readReleased(reply: [word: ReleaseAnswer, changes?: string]) {
  return reply;
}

function readAnswer(reply: unknown[]): GateAnswer | Uncompared {
  if (reply[0] === 'uncompared') return { kind: 'uncompared' };
  const sequence = Number(reply.pop());
  const now = Number(reply.pop());
  return { ...readVerdict(reply), now, sequence };
}

function readVerdict([kind, ...rest]: unknown[]): GateVerdict {
  switch (kind) {
    case 'dial':
      return { kind, claim: JSON.parse(rest[0] as string) as Claim };
    case 'done':
      return { kind, outcome: rest[0] as Outcome };
    case 'busy':
      return { kind, until: Number(rest[0]) };
    case 'in_doubt':
      return { kind, lost: JSON.parse(rest[0] as string) as Claim };
    case 'skip':
      return {
        kind,
        outcome: rest[0] as Outcome,
        reason: rest[1] as Reason,
        attempts: Number(rest[2]),
      };
    case 'outdated':
    case 'paused':
    case 'unready':
      return { kind };
    case 'held': {
      const [scope, reason, until, isOpener] = rest;
      return {
        kind,
        scope: scope as HoldScope,
        reason: reason as HoldReason,
        until: Number(until) === 0 ? undefined : Number(until),
        isOpener: isOpener === 1,
      };
    }
    case 'wait':
      return { kind, until: Number(rest[0]), waitFor: rest[1] as WaitFor };
    default:
      throw new Error(`the gate gave an answer that this version does not know: ${String(kind)}`);
  }
}

function readSettled([word, value, redialAt, changes, completed]: [
  word: SettleAnswer['kind'],
  value?: unknown,
  redialAt?: number | null,
  changes?: string | null,
  completed?: CompletedJob | null,
]): { readonly answer: SettleAnswer; readonly changes: string | undefined } {
  const left = {
    ...(typeof redialAt === 'number' && { redialAt }),
    ...(completed !== undefined && completed !== null && { completed }),
  };
  const told = changes ?? undefined;
  switch (word) {
    case 'settled':
      return { answer: { kind: word, revision: Number(value), ...left }, changes: told };
    case 'already':
      return { answer: { kind: word, outcome: value as Outcome, ...left }, changes: told };
    case 'lost':
      return { answer: { kind: word }, changes: told };
  }
}
