import {
  campaignIdOf,
  instantOrNull,
  isoInstant,
  readStoredCampaign,
  type Schedule,
} from '@libby-dialer/dialing';
import { campaignAsWritten } from '../campaigns/campaign-changes.ts';
import { noRows } from '../load/list-loader.ts';
import { scheduleEdition } from './schedule-changes.ts';
import type { RunView, ScheduleView } from './schedules.ts';

/** A schedule with its runs, as programs read it. */
export function scheduleJson({ schedule, next, last }: ScheduleView) {
  const {
    name,
    cron,
    timezone,
    list,
    format,
    sheet,
    encoding,
    headerRow,
    waitForListMs,
    expiresAfterMs,
    keepRuns,
    canary,
    addedAt,
    precision,
  } = schedule;
  return {
    name,
    cron,
    timezone,
    list,
    format: format ?? null,
    sheet: sheet ?? null,
    encoding: encoding ?? null,
    headerRow: headerRow ?? null,
    waitForListMs,
    expiresAfterMs: expiresAfterMs ?? null,
    keepRuns: keepRuns ?? null,
    canary: canary === undefined ? null : { calls: canary.calls, needed: canary.needed ?? null },
    addedAt: isoInstant(addedAt),
    next: next.map(({ local, dueAt }) => ({
      local,
      dueAt: isoInstant(dueAt),
      campaign: campaignIdOf(name, local, precision),
    })),
    last: last.map(runJson),
  };
}

/** The same with the campaign that its runs are made of, as its file would have it. */
export function scheduleInFullJson(view: ScheduleView) {
  const { schedule } = view;
  return {
    ...scheduleJson(view),
    campaign: campaignWritten(schedule),
    edition: scheduleEdition(schedule),
  };
}

/** Null where a newer version has stored it: it is not known in full. */
function campaignWritten({ campaign }: Schedule) {
  const verdict = readStoredCampaign(campaign);
  return verdict.ok ? campaignAsWritten(verdict.campaign) : null;
}

function runJson({ run, status, isLate }: RunView) {
  return {
    local: run.local,
    dueAt: isoInstant(run.dueAt),
    state: run.state,
    isLate,
    campaign: run.campaign,
    startedAt: instantOrNull(run.startedAt),
    finishedAt: instantOrNull(run.finishedAt),
    counts: run.counts === undefined ? null : ordered(run.counts),
    rejectsFile: run.rejectsFile ?? null,
    reason: run.reason ?? null,
    message: run.message ?? null,
    archived: run.archived === true,
    calls:
      status === undefined
        ? null
        : {
            state: status.state,
            pending: status.pending,
            inFlight: status.inFlight,
            outcomes: status.outcomes,
          },
  };
}

/** As `load` has them; Redis keeps no order. */
function ordered(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.keys(noRows()).map((name) => [name, counts[name] ?? 0]));
}
