import { type CampaignView, type IdleSentence, idleSentences } from '@libby-dialer/operations';

/** Behind a sentence: what there is to do about it, by command. */
const COMMANDS: Readonly<Record<string, (campaign: string) => string>> = {
  no_worker: () => ' (./bin/worker)',
  paused: (campaign) => `: "enqueuer resume ${campaign}"`,
  paused_elsewhere: (campaign) => `: nothing goes out until "enqueuer resume ${campaign}"`,
  limited_elsewhere: (campaign) => `; "enqueuer resume ${campaign}" lifts that`,
  incomplete_calls: () => ', then "enqueuer campaign put"',
  set_aside: () => ': see "enqueuer set-aside list"',
  lines_full: () => ' (lines.maxConcurrentCalls)',
  stuck_workers: () => ': see the log there if that stays',
};

/** Holds have a table, and hours a line of their own. */
const SAID_ELSEWHERE = new Set(['held', 'out_of_hours']);
/** What a table of campaigns does not show. */
const SAID_BELOW_TABLE = new Set(['lines_full', 'no_calls', 'unknown_rules', 'set_aside']);

/** Why nothing of a campaign goes out, apart from hours and holds. */
export function idleLines(view: CampaignView): string[] {
  return idleSentences(view)
    .filter(({ code }) => !SAID_ELSEWHERE.has(code))
    .map((reason) => lineOf(reason, view));
}

/** The same below a table of campaigns, each with its id. */
export function idleLinesOfEach(views: readonly CampaignView[]): string[] {
  return views.flatMap((view) =>
    idleSentences(view)
      .filter(({ code }) => SAID_BELOW_TABLE.has(code))
      .map((reason) => `${view.status.id}: ${lineOf(reason, view)}`),
  );
}

/** What concerns all of them alike, once. */
export function idleLinesOnce(views: readonly CampaignView[], code: string): string[] {
  const lines = views.flatMap((view) =>
    idleSentences(view)
      .filter((reason) => reason.code === code)
      .map((reason) => lineOf(reason, view)),
  );
  return [...new Set(lines)];
}

export function hasIdleReason(view: CampaignView, code: string): boolean {
  return idleSentences(view).some((reason) => reason.code === code);
}

/** As lines of a terminal are: with a small letter and without a full stop. */
function lineOf({ code, sentence }: IdleSentence, { status }: CampaignView): string {
  const line = sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '');
  return `${line}${COMMANDS[code]?.(status.id) ?? ''}`;
}
