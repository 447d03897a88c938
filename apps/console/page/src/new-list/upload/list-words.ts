import type { ListJson } from '@libby-dialer/http-api';
import { countOf, formatCount } from '../../kit/words/numbers.ts';

type Work = NonNullable<ListJson['work']>;

/** 14 KB, 2.4 MB */
export function sayBytes(bytes: number): string {
  if (bytes < 1000) return countOf(bytes, 'byte');
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** What was done with a list last: "being loaded into spring, 12,000 rows so far". */
export function workText({ work }: ListJson): string {
  if (work === null) return 'nothing yet';
  const into = work.campaign === null ? '' : ` ${INTO[work.kind]} ${work.campaign}`;
  return `${WORDS[work.kind][work.state]}${into}${countText(work)}`;
}

const INTO: Readonly<Record<Work['kind'], string>> = {
  check: 'for',
  load: 'into',
  import: 'into',
  check_numbers: 'for',
  join: 'for',
};

const WORDS: Readonly<Record<Work['kind'], Readonly<Record<Work['state'], string>>>> = {
  check: {
    running: 'being checked',
    done: 'checked',
    failed: 'could not be checked',
    stopped: 'check stopped',
  },
  load: {
    running: 'being loaded',
    done: 'loaded',
    failed: 'could not be loaded',
    stopped: 'load stopped',
  },
  import: {
    running: 'its numbers being put on the do-not-call list',
    done: 'its numbers put on the do-not-call list',
    failed: 'its numbers not put on the do-not-call list',
    stopped: 'its numbers in part put on the do-not-call list',
  },
  join: {
    running: 'results being put beside it',
    done: 'given back with results beside it',
    failed: 'could not be given back with results',
    stopped: 'stopped while results were put beside it',
  },
  check_numbers: {
    running: 'its numbers being looked up on the do-not-call list',
    done: 'its numbers looked up on the do-not-call list',
    failed: 'its numbers not looked up on the do-not-call list',
    stopped: 'its numbers in part looked up on the do-not-call list',
  },
};

function countText(work: Work): string {
  if (work.state === 'running') return `, ${countOf(work.rows, 'row')} so far`;
  if (work.kind === 'load' && work.result !== null)
    return `, ${formatCount(work.result.queued)} queued`;
  return '';
}
