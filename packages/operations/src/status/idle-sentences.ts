import { OUTCOMES } from '@libby-dialer/dialing';
import { CLOCKS_MAY_DIFFER_MS, countOf, formatDuration } from '@libby-dialer/runtime';
import type { CampaignView } from './campaign-view.ts';

/** Why nothing of a campaign goes out, or less than could. */
export interface IdleSentence {
  /** Stable. */
  readonly code: string;
  readonly sentence: string;
}

/** The most telling first; empty where calls go out as they should, or all are through. */
export function idleSentences(view: CampaignView): IdleSentence[] {
  return [...troubles(view), ...stops(view), ...waits(view)].map(([code, sentence]) => ({
    code,
    sentence,
  }));
}

type Said = readonly [code: string, sentence: string];

/** What concerns more than this campaign. */
function troubles({ status, idle, refusal, redisAheadMs = 0 }: CampaignView): Said[] {
  const { pending, inFlight, redialing, unknownRules } = status;
  const hasWork = pending + inFlight + redialing > 0;
  const said: Said[] = [];
  if (refusal !== undefined) said.push(['redis_refuses', `Nothing goes out: ${refusal}`]);
  if (hasWork && idle.workers === 0)
    said.push(['no_worker', 'No worker is running: nothing goes out until one is started.']);
  if (Math.abs(redisAheadMs) > CLOCKS_MAY_DIFFER_MS) {
    const apart = `${formatDuration(Math.abs(redisAheadMs))} ${redisAheadMs > 0 ? 'ahead of' : 'behind'}`;
    said.push([
      'clocks_differ',
      `The clock of Redis is ${apart} that of the machine asked: a worker that finds them more than 15 minutes apart dials nothing until they agree.`,
    ]);
  }
  if (unknownRules.length > 0) {
    const rules = unknownRules.join(', ');
    said.push([
      'unknown_rules',
      `A newer version has stored it: workers that do not know its ${rules} do not dial it; upgrade them.`,
    ]);
  }
  return said;
}

/** What a person has decided, or must decide. */
function stops({ status }: CampaignView): Said[] {
  const { state, queue, holds, hasIncompleteCalls, setAside } = status;
  const said: Said[] = [];
  if (state === 'paused' && queue === 'paused')
    said.push([
      'paused_elsewhere',
      'Its queue is paused in BullMQ, by a dashboard or another program.',
    ]);
  else if (state === 'paused') said.push(['paused', 'It is paused until somebody resumes it.']);
  if (queue === 'limited')
    said.push([
      'limited_elsewhere',
      'Its queue is limited in BullMQ, by a dashboard or another program.',
    ]);
  for (const { scope, reason, until } of holds) {
    const next = until === undefined ? 'only a person lifts it' : 'one call will try';
    said.push(['held', `Dialing is held (${scope}, ${reason}): ${next}.`]);
  }
  if (hasIncompleteCalls)
    said.push([
      'incomplete_calls',
      'Some of its calls wait, for their rows lack what it asks for: mend it.',
    ]);
  if (setAside > 0) said.push(['set_aside', setAsideSentence(setAside)]);
  return said;
}

function setAsideSentence(jobs: number): string {
  const [are, them] = jobs === 1 ? ['is', 'it'] : ['are', 'them'];
  return `${countOf(jobs, 'job')} in its queue ${are} not as the enqueuer made ${them}, and set aside.`;
}

/** What passes by itself. */
function waits({ status, outlook, idle, now }: CampaignView): Said[] {
  const { state, redialing, stuckWorkers, workersOffPace } = status;
  const { opening } = outlook;
  const said: Said[] = [];
  if (hasNoCalls(status))
    said.push([
      'no_calls',
      'It has no calls yet: load a list into it (rows that were rejected are in the rejects file of theirs), or push calls.',
    ]);
  if (opening !== undefined) {
    const zones = opening.zones.join(' & ');
    said.push([
      'out_of_hours',
      `Nobody who waits may be called yet: the first in ${formatDuration(opening.at - now)} (${zones}).`,
    ]);
  } else if (idle.nextCallAt !== undefined) {
    const wait = formatDuration(Math.max(0, idle.nextCallAt - now));
    said.push([
      'calls_wait',
      `Each call waits by itself, for a line or to be tried again: the next comes up in ${wait}.`,
    ]);
  }
  if (state === 'running' && idle.linesFullUntil !== undefined) {
    const wait = formatDuration(idle.linesFullUntil - now);
    said.push(['lines_full', `Its lines are full: there is room for the next call in ${wait}.`]);
  }
  if (redialing > 0)
    said.push([
      'redialing',
      `${countOf(redialing, 'call')} in doubt ${redialing === 1 ? 'waits' : 'wait'} to be dialed once more.`,
    ]);
  if (stuckWorkers > 0)
    said.push([
      'stuck_workers',
      `${countOf(stuckWorkers, 'worker')} took none of its calls though some were due, and begins anew.`,
    ]);
  if (workersOffPace > 0)
    said.push([
      'workers_off_pace',
      `On ${countOf(workersOffPace, 'worker')} most slots of its pace are over before Redis has answered: callsPerSecond is hardly kept there.`,
    ]);
  return said;
}

function hasNoCalls({ state, pending, inFlight, redialing, setAside, outcomes }: Counts): boolean {
  const calls = pending + inFlight + redialing + setAside;
  return state === 'waiting' && calls === 0 && OUTCOMES.every((outcome) => outcomes[outcome] === 0);
}

type Counts = CampaignView['status'];
