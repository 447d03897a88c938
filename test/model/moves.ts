/**
 * What can happen next. The worker is told step by step, with everything that may come between two
 * steps: a crash, the loss of a reply, the loss of the job's lock, and time, of which any amount
 * may pass (a freeze).
 */
import type { Outcome } from '@libby-dialer/dialing';
import { RETRYABLE_OUTCOMES } from '@libby-dialer/dialing';
import {
  archive,
  askGate,
  control,
  type Entry,
  entryOf,
  erase,
  followClaims,
  type GateAnswer,
  isOver,
  type Release,
  release,
  removed,
  reopen,
  restored,
  settle,
  type Times,
} from './call-life.ts';
import type { ProbeVerdict } from './hold-life.ts';
import {
  callOf,
  holdAsked,
  type Move,
  type Phase,
  type Reply,
  type Run,
  type Scope,
  type Word,
  type World,
  withCall,
  withRun,
} from './world.ts';

/** The scripts and habits that keep the promises. A mutant has another in place of one of them. */
export interface Protocol {
  readonly askGate: typeof askGate;
  readonly settle: typeof settle;
  readonly release: typeof release;
  readonly reopen: typeof reopen;
  readonly followClaims: typeof followClaims;
  readonly erase: typeof erase;
  /** Whether a job may be removed: asked in the step that removes it. */
  readonly needsNoJob: typeof isOver;
  /** Who queues calls again looks once more at what it has added. */
  readonly dropsLateJobs: boolean;
  readonly retryable: readonly Outcome[];
  /**
   * Right before the first byte, the time left to send is looked at again, counted from when the
   * gate was asked.
   */
  readonly vetoes: boolean;
  /** A job goes only when its call is known to have an outcome. */
  readonly keepsJobOfLostClaim: boolean;
}

export const PROTOCOL: Protocol = {
  askGate,
  settle,
  release,
  reopen,
  followClaims,
  erase,
  needsNoJob: isOver,
  dropsLateJobs: true,
  retryable: RETRYABLE_OUTCOMES,
  vetoes: true,
  keepsJobOfLostClaim: true,
};

/**
 * The shortest in which sendBy and deadline are two instants, and before, between and after them
 * are three times.
 */
const TIMES: Times = { sendWithin: 1, claimFor: 2 };

export function movesFrom(world: World, scope: Scope, protocol: Protocol = PROTOCOL): Move[] {
  const moves = [
    ...queueMoves(world),
    ...sweepMoves(world, scope),
    ...peopleMoves(world, scope, protocol),
  ];
  world.runs.forEach((run, worker) => {
    if (run !== undefined) moves.push(...runMoves({ world, worker, run, scope, protocol }));
  });
  moves.push(timePasses(world));
  return moves.flatMap((move) => (move.by === 'mishap' ? countMishap(world, move) : [move]));
}

function countMishap({ mishapsLeft }: World, move: Move): Move[] {
  return mishapsLeft === 0
    ? []
    : [{ ...move, next: { ...move.next, mishapsLeft: mishapsLeft - 1 } }];
}

/* ---- one run ---- */

interface Standpoint {
  readonly world: World;
  readonly worker: number;
  readonly run: Run;
  readonly scope: Scope;
  readonly protocol: Protocol;
}

function runMoves(from: Standpoint): Move[] {
  return [...stepsOf(from), crash(from)];
}

function stepsOf(from: Standpoint): Move[] {
  const { at } = from.run;
  switch (at.kind) {
    case 'asking':
      return [questionArrives(from, at)];
    case 'told':
      return [
        ...obey(from, at),
        moved(from, 'mishap', 'never hears it: the question is sent again', {
          ...at,
          kind: 'asking',
        }),
      ];
    case 'sending':
      return requestEnds(from, at);
    case 'saying':
      return [wordArrives(from, at)];
    case 'dropping':
      return [dropsJob(from)];
    case 'said':
      return [
        afterReply(from, at),
        moved(from, 'mishap', 'never hears it: it is said again', { ...at, kind: 'saying' }),
      ];
  }
}

function questionArrives(from: Standpoint, at: Phase & { kind: 'asking' }): Move {
  const { world, run, protocol } = from;
  const { callId, owner } = run;
  const { now } = world;
  const before = entryOf(world.ledger, callId);
  const turn = protocol.askGate(
    world.ledger,
    { callId, owner, isReady: run.isSweep !== true, renews: at.renews?.attempts },
    now,
    TIMES,
  );
  const { answer, ledger } = turn;
  const sendUntil = answer.kind === 'dial' ? at.askedAt + (answer.claim.sendBy - now) : 0;
  const isRedial = run.isRedial || (answer.kind === 'dial' && answer.claim.redials !== undefined);
  const asked = { ...from, run: { ...run, isRedial }, world: { ...world, ledger } };
  const move = moved(asked, 'work', `the gate answers ${answer.kind}`, {
    ...at,
    kind: 'told',
    answer,
    sendUntil,
  });
  const isNew = answer.kind === 'dial' && entryOf(ledger, callId) !== before;
  return isNew ? { ...move, happening: { kind: 'claimed', callId, owner } } : move;
}

function obey(from: Standpoint, at: Phase & { kind: 'told' }): Move[] {
  const { answer, renews } = at;
  if (answer.kind === 'dial') return useClaim(from, at, answer.claim);
  // Refused once and not let out again: that request counts, and the claim goes back.
  if (renews !== undefined && answer.kind !== 'skip') {
    const { attempts, failures } = renews;
    return [
      says(
        from,
        'is not let out again',
        releasing(from, { attempts: attempts + 1, failures, probe: 'keep' }),
      ),
    ];
  }
  return [obeyNo(from, answer, renews?.attempts)];
}

function obeyNo(
  from: Standpoint,
  answer: Exclude<GateAnswer, { kind: 'dial' }>,
  renews: number | undefined,
): Move {
  switch (answer.kind) {
    case 'done':
      return isDone(from, 'gone', `hears that it is ${answer.outcome}`);
    case 'skip': {
      const attempts = renews === undefined ? answer.attempts : renews + 1;
      return says(
        from,
        `is to skip it: ${answer.outcome}`,
        settling(from, answer.outcome, attempts, 'keep'),
      );
    }
    case 'in_doubt': {
      const word = settling(
        { ...from, run: { ...from.run, owner: answer.owner } },
        'unknown',
        answer.attempts + 1,
      );
      return says(from, `takes the claim of ${answer.owner} for lost`, word);
    }
    case 'busy':
    case 'wait':
    case 'paused':
    case 'held':
    case 'unready':
      return isDone(from, 'queued', `hears that it is ${answer.kind}`);
  }
}

function useClaim(from: Standpoint, at: Phase & { kind: 'told' }, claim: Entry): Move[] {
  const { world, run, scope, protocol } = from;
  const { callId, owner } = run;
  const { attempts, failures } = claim;
  const back = releasing(from, { attempts, failures, probe: 'keep' });
  const isOver = world.now >= at.sendUntil;
  if (isOver && protocol.vetoes) return [says(from, 'vetoes: its time to send is over', back)];
  const begun = moved(
    { ...from, world: requestBegun(world, run) },
    'work',
    'WRITES THE FIRST BYTE',
    {
      kind: 'sending',
      attempts,
      failures,
      isRenewed: at.renews !== undefined,
    },
  );
  const moves: Move[] = [
    { ...begun, happening: { kind: 'request begins', callId, owner } },
    says(from, 'is stopped before the first byte', back),
  ];
  if (scope.failures > 0) moves.push(cannotConnect(from, claim));
  return moves;
}

function requestBegun(world: World, { callId, isRedial }: Run): World {
  const { wire, first } = callOf(world, callId);
  if (isRedial && first === undefined) return withCall(world, callId, { wire: 'out', first: wire });
  return withCall(world, callId, { wire: wire === 'taken' ? 'taken' : 'out' });
}

/** The first owner may hear what became of its request after the redial has begun. */
function requestAnswered(world: World, { callId, isRedial }: Run, wire: 'taken' | 'quiet'): World {
  const isFirst = !isRedial && callOf(world, callId).first !== undefined;
  return withCall(world, callId, isFirst ? { first: wire } : { wire });
}

function cannotConnect(from: Standpoint, claim: Entry): Move {
  const failures = claim.failures + 1;
  const attempts = claim.attempts + 1;
  const word =
    failures >= from.scope.failures
      ? settling(from, 'exhausted', attempts, 'grow')
      : releasing(from, { attempts, failures, probe: 'grow' });
  return says(from, 'cannot connect', word);
}

/** Every way a request can end, as far as this run can see it. */
function requestEnds(from: Standpoint, at: Phase & { kind: 'sending' }): Move[] {
  const { run, world, scope } = from;
  const { callId } = run;
  const { failures } = at;
  const attempts = at.attempts + 1;
  const answered = (wire: 'taken' | 'quiet') => ({
    ...from,
    world: requestAnswered(world, run, wire),
  });
  const doubtful = { ...from, world: withCall(world, callId, { mishap: true }) };
  const moves = [
    says(answered('taken'), 'sees 2xx', settling(from, 'accepted', attempts, 'close')),
    says(answered('quiet'), 'sees 400', settling(from, 'rejected', attempts, 'close')),
    {
      ...says(doubtful, 'sees no answer', settling(from, 'unknown', attempts, 'grow')),
      by: 'mishap' as const,
    },
  ];
  if (attempts - failures > scope.refusals) return moves;
  const hold = holdAsked(scope);
  moves.push(
    says(
      answered('quiet'),
      'sees 429',
      releasing(from, { attempts, failures, probe: 'grow', hold }),
    ),
  );
  if (!at.isRenewed) {
    const renews = { attempts: at.attempts, failures };
    const again: Phase = { kind: 'asking', askedAt: world.now, renews };
    moves.push(
      moved(
        answered('quiet'),
        'work',
        'sees 401, gets a new token and asks to renew its claim',
        again,
      ),
    );
  }
  return moves;
}

function wordArrives(from: Standpoint, { word, hasWritten }: Phase & { kind: 'saying' }): Move {
  const { world, protocol } = from;
  if (word.kind === 'release') {
    const { ledger, answer } = protocol.release(world.ledger, word.release, world.now);
    const at: Phase = { kind: 'said', word, hasWritten, reply: { kind: answer } };
    return moved(
      { ...from, world: { ...world, ledger } },
      'work',
      `gives its claim back: ${answer}`,
      at,
    );
  }
  const { settlement } = word;
  const { ledger, answer } = protocol.settle(world.ledger, settlement, world.now);
  const isWritten = ledger !== world.ledger;
  const at: Phase = { kind: 'said', word, hasWritten: hasWritten || isWritten, reply: answer };
  const story = `settles ${settlement.outcome} in the name of ${settlement.owner}: ${answer.kind}`;
  const move = moved({ ...from, world: { ...world, ledger } }, 'work', story, at);
  const { callId, owner, outcome } = settlement;
  return isWritten
    ? { ...move, happening: { kind: 'outcome written', callId, owner, outcome, again: hasWritten } }
    : move;
}

function afterReply(from: Standpoint, { word, reply }: Phase & { kind: 'said' }): Move {
  if (word.kind === 'release' && reply.kind === 'late') {
    const { attempts } = word.release;
    return says(
      from,
      'was written off before it could give its claim back',
      settling(from, 'exhausted', attempts),
    );
  }
  const job = 'redialAt' in reply ? 'queued' : jobAfter(reply, from.protocol);
  return isDone(from, job, 'hears it');
}

/** A sweep has no job in hand: what needs none any more it removes in a step of its own. */
function isDone(from: Standpoint, job: 'gone' | 'queued', story: string): Move {
  if (from.run.isSweep !== true) return jobEnds(from, job, story);
  if (job === 'gone') return moved(from, 'work', story, { kind: 'dropping' });
  const { world, worker, run } = from;
  return {
    story: `${nameOf(worker, run)} ${story}`,
    by: 'work',
    next: withRun(world, worker, undefined),
  };
}

function dropsJob({ world, worker, run, protocol }: Standpoint): Move {
  const { callId } = run;
  const isGone =
    callOf(world, callId).job === 'queued' && protocol.needsNoJob(world.ledger, callId);
  const after = withRun(world, worker, undefined);
  return {
    story: `${nameOf(worker, run)} ${isGone ? 'removes the job' : 'leaves the job alone'}`,
    by: 'work',
    next: isGone ? withCall(after, callId, { job: 'gone' }) : after,
  };
}

/** Whoever claimed it meanwhile may yet give it back: without a job nobody would dial it then. */
function jobAfter(reply: Reply, { keepsJobOfLostClaim }: Protocol): 'gone' | 'queued' {
  switch (reply.kind) {
    case 'settled':
    case 'already':
      return 'gone';
    case 'lost':
      return keepsJobOfLostClaim ? 'queued' : 'gone';
    case 'released':
    case 'late':
      return 'queued';
  }
}

/** Of a redial no outcome says that it did not ring: the call before it may have. */
function settling(
  { run, scope }: Standpoint,
  said: Outcome,
  attempts: number,
  probe?: ProbeVerdict,
): Word {
  const outcome = run.isRedial && said !== 'accepted' ? 'unknown' : said;
  const redial =
    outcome === 'unknown' && scope.redialAfter !== undefined
      ? { redialAfter: scope.redialAfter }
      : {};
  const settlement = { callId: run.callId, owner: run.owner, outcome, attempts, probe, ...redial };
  return { kind: 'settle', settlement };
}

function releasing({ run }: Standpoint, given: Omit<Release, 'callId' | 'owner'>): Word {
  return { kind: 'release', release: { callId: run.callId, owner: run.owner, ...given } };
}

function says(from: Standpoint, story: string, word: Word): Move {
  return moved(from, 'work', story, { kind: 'saying', word, hasWritten: false });
}

function moved({ world, worker, run }: Standpoint, by: Move['by'], story: string, at: Phase): Move {
  return {
    story: `${nameOf(worker, run)} ${story}`,
    by,
    next: withRun(world, worker, { ...run, at }),
  };
}

/** The job goes or goes back, if this run still has its lock. */
function jobEnds({ world, worker, run }: Standpoint, job: 'gone' | 'queued', story: string): Move {
  const after = withRun(world, worker, undefined);
  const end = job === 'gone' ? 'its job is done' : 'its job goes back';
  const hasLock = isInHandOf(world, run);
  return {
    story: `${nameOf(worker, run)} ${story}; ${hasLock ? end : 'its job is another’s by now'}`,
    by: 'work',
    next: hasLock ? withCall(after, run.callId, { job }) : after,
  };
}

function crash({ world, worker, run }: Standpoint): Move {
  const after = withRun(world, worker, undefined);
  const entry = entryOf(world.ledger, run.callId);
  const mayLeaveDoubt =
    (entry.state === 'claimed' && entry.owner === run.owner) || run.at.kind === 'sending';
  return {
    story: `${nameOf(worker, run)} CRASHES`,
    by: 'mishap',
    next: mayLeaveDoubt ? withCall(after, run.callId, { mishap: true }) : after,
  };
}

function nameOf(worker: number, run: Run): string {
  return `worker ${worker + 1} (${run.owner}, ${run.callId})`;
}

/* ---- the queue ---- */

function isInHandOf(world: World, run: Run): boolean {
  const { job } = callOf(world, run.callId);
  return typeof job === 'object' && job.inHandOf === run.owner;
}

function queueMoves(world: World): Move[] {
  return Object.entries(world.calls).flatMap(([callId, { job }]) => {
    if (job === 'gone') return [];
    if (job === 'queued') return fetches(world, callId);
    const isAlive = world.runs.some((run) => run?.owner === job.inHandOf);
    const story = `the lock of the job of ${callId} runs out, ${isAlive ? `though ${job.inHandOf} is alive` : 'for its worker is dead'}`;
    return [
      { story, by: isAlive ? 'mishap' : 'work', next: withCall(world, callId, { job: 'queued' }) },
    ];
  });
}

function fetches(world: World, callId: string): Move[] {
  const owner = `run ${world.runsBegun + 1}`;
  return world.runs.flatMap((busy, worker) => {
    if (busy !== undefined) return [];
    const run: Run = { owner, callId, isRedial: false, at: { kind: 'asking', askedAt: world.now } };
    const fetched = withRun(withCall(world, callId, { job: { inHandOf: owner } }), worker, run);
    const next = { ...fetched, runsBegun: world.runsBegun + 1 };
    return [
      { story: `${nameOf(worker, run)} fetches the job and asks the gate`, by: 'work', next },
    ];
  });
}

function sweepMoves(world: World, { sweeps = false }: Scope): Move[] {
  if (!sweeps) return [];
  const worker = world.runs.indexOf(undefined);
  if (worker < 0) return [];
  const owner = `run ${world.runsBegun + 1}`;
  return Object.entries(world.calls).flatMap(([callId, { job }]) => {
    const { state, deadline } = entryOf(world.ledger, callId);
    const isLost = state === 'claimed' && world.now > deadline && job !== 'gone';
    const { expiresAt, isCanceled } = world.ledger;
    const isToEnd = (isCanceled || world.now >= expiresAt) && job === 'queued';
    if (!isLost && !isToEnd) return [];
    const run: Run = {
      owner,
      callId,
      isRedial: false,
      isSweep: true,
      at: { kind: 'asking', askedAt: world.now },
    };
    const next = { ...withRun(world, worker, run), runsBegun: world.runsBegun + 1 };
    return [
      {
        story: `${nameOf(worker, run)} finds that its time is over and asks the gate`,
        by: 'work',
        next,
      },
    ];
  });
}

/* ---- time ---- */

/** However many runs are in the middle of something: so each of them may freeze at any step. */
function timePasses(world: World): Move {
  const now = world.now + 1;
  const outlived = Object.keys(world.calls).filter((callId) => {
    const { state, deadline } = entryOf(world.ledger, callId);
    return state === 'claimed' && now > deadline;
  });
  const next = outlived.reduce((so, callId) => withCall(so, callId, { mishap: true }), {
    ...world,
    now,
  });
  return { story: 'time passes', by: 'time', next };
}

/* ---- people ---- */

function peopleMoves(world: World, scope: Scope, protocol: Protocol): Move[] {
  return [
    ...controlMoves(world, scope, protocol),
    ...retryMoves(world, protocol),
    ...archiveMoves(world, scope),
    ...(world.ledger.canary === undefined ? [] : [releasesCanary(world)]),
    ...(scope.actions.includes('erase') ? erasureMoves(world, protocol) : []),
    ...(scope.actions.includes('suppress') && !world.people.hasSuppressed
      ? [suppresses(world)]
      : []),
  ];
}

function controlMoves(world: World, scope: Scope, protocol: Protocol): Move[] {
  const { people, ledger, now } = world;
  if (people.control === 'over' || ledger.isArchived) return [];
  if (people.control === 'not yet') {
    return (['pause', 'cancel'] as const).flatMap((action) => {
      if (!scope.actions.includes(action)) return [];
      const turn = control(ledger, action);
      const next = {
        ...world,
        ledger: turn.ledger,
        people: { ...people, control: { waitsFor: turn.answer } },
      };
      return [{ story: `somebody asks to ${action} the campaign`, by: 'people', next }];
    });
  }
  const resumed = {
    ...world,
    ledger: control(ledger, 'resume').ledger,
    people: { ...people, control: 'over' as const },
  };
  const moves: Move[] = [{ story: 'somebody resumes the campaign', by: 'people', next: resumed }];
  if (people.control === 'returned') return moves;
  if (protocol.followClaims(ledger, people.control.waitsFor, now).pending > 0) return moves;
  const next = { ...world, people: { ...people, control: 'returned' as const } };
  return [
    ...moves,
    { story: 'THE PAUSE OR CANCEL RETURNS: no call begins from now on', by: 'people', next },
  ];
}

function retryMoves(world: World, protocol: Protocol): Move[] {
  const { people, ledger } = world;
  if (people.restoring !== undefined) {
    const { callIds, haveJobs } = people.restoring;
    return [haveJobs ? notesRestored(world, callIds, protocol) : addsJobs(world, callIds)];
  }
  const moves: Move[] = ledger.reopened.length > 0 ? [readsPayloads(world)] : [];
  if (people.retriesLeft === 0) return moves;
  for (const outcome of protocol.retryable as typeof RETRYABLE_OUTCOMES) {
    const turn = protocol.reopen(ledger, outcome);
    if (turn.answer === 0) continue;
    const next = {
      ...world,
      ledger: turn.ledger,
      people: { ...people, retriesLeft: people.retriesLeft - 1 },
    };
    moves.push({ story: `somebody retries what is ${outcome}`, by: 'people', next });
  }
  return moves;
}

function readsPayloads(world: World): Move {
  const { reopened, kept } = world.ledger;
  const callIds = reopened.filter((callId) => kept.includes(callId));
  const next = { ...world, people: { ...world.people, restoring: { callIds, haveJobs: false } } };
  return { story: `the payloads of ${reopened.join(', ')} are read`, by: 'work', next };
}

/** BullMQ adds no second job of the same id. */
function addsJobs(world: World, callIds: readonly string[]): Move {
  const missing = callIds.filter((callId) => callOf(world, callId).job === 'gone');
  const added = missing.reduce(
    (so, callId) => withCall(so, callId, { job: 'queued', isNamed: true }),
    world,
  );
  const next = { ...added, people: { ...world.people, restoring: { callIds, haveJobs: true } } };
  return {
    story: `jobs are added for ${missing.join(', ') || 'none'} of ${callIds.join(', ')}`,
    by: 'work',
    next,
  };
}

function notesRestored(world: World, callIds: readonly string[], protocol: Protocol): Move {
  const ledger = restored(world.ledger, (callId) => callOf(world, callId).job === 'queued');
  const late = protocol.dropsLateJobs
    ? callIds.filter((callId) => isOver(world.ledger, callId))
    : [];
  const noted: World = { ...world, ledger, people: { ...world.people, restoring: undefined } };
  const next = late.reduce(
    (so, callId) => withoutJob(so, callId, !ledger.kept.includes(callId)),
    noted,
  );
  return { story: 'it is noted which jobs are in the queue', by: 'work', next };
}

/**
 * What a run has in hand stays until that ends, and is overwritten if nobody can queue the call
 * again.
 */
function withoutJob(world: World, callId: string, isFinal: boolean): World {
  const { job, isNamed } = callOf(world, callId);
  if (typeof job === 'object') return withCall(world, callId, { isNamed: isNamed && !isFinal });
  return withCall(world, callId, { job: 'gone' });
}

/** Somebody archives the campaign, doubts or not; its results are where they must be. */
function archiveMoves(world: World, { actions }: Scope): Move[] {
  const { ledger, calls } = world;
  if (ledger.isArchived) {
    if (Object.keys(ledger.entries).length === 0) return [];
    return [
      {
        story: 'what was in the campaign is removed',
        by: 'work',
        next: { ...world, ledger: removed(ledger) },
      },
    ];
  }
  if (!actions.includes('archive')) return [];
  const hasJobs = Object.values(calls).some(({ job }) => job !== 'gone');
  const turn = archive(ledger, hasJobs, true);
  if (turn.answer !== 'archived') return [];
  return [
    {
      story: 'somebody archives the campaign',
      by: 'people',
      next: { ...world, ledger: turn.ledger },
    },
  ];
}

/** As long as anything is found that names the person it is taken out; then it returns. */
function erasureMoves(world: World, protocol: Protocol): Move[] {
  const { ledger, people, now } = world;
  const [callId = ''] = Object.keys(world.calls);
  if (people.erasure === 'returned') return [];
  const { job, isNamed } = callOf(world, callId);
  const hasJob = job !== 'gone' && isNamed;
  if (!hasJob && !ledger.kept.includes(callId) && !ledger.named.includes(callId)) {
    const next = { ...world, people: { ...people, erasure: 'returned' as const } };
    return [{ story: `THE ERASURE OF ${callId} RETURNS: nothing is found`, by: 'people', next }];
  }
  const turn = protocol.erase(ledger, callId, now);
  if (turn.answer === 'in_flight') return [];
  const next = {
    ...withoutJob(world, callId, true),
    ledger: turn.ledger,
    people: { ...people, erasure: 'under way' as const },
  };
  return [{ story: `what is found of the person of ${callId} is erased`, by: 'people', next }];
}

function releasesCanary(world: World): Move {
  const ledger = { ...world.ledger, canary: undefined };
  return { story: 'somebody releases the canary', by: 'people', next: { ...world, ledger } };
}

function suppresses(world: World): Move {
  const [callId = ''] = Object.keys(world.calls);
  const ledger = { ...world.ledger, suppressed: [callId] };
  const next = { ...world, ledger, people: { ...world.people, hasSuppressed: true } };
  return { story: `the person of ${callId} is put on the do-not-call list`, by: 'people', next };
}
