import type { ApiRoute } from '@libby-dialer/http-api';
import { enqueuerProgram } from './cli.ts';
import { page, wrapped } from './markdown.ts';

/** What a command does over HTTP, and what of it is the command line's alone. */
interface OverHttp {
  readonly routes: readonly ApiRoute[];
  /** A sentence on what is left out on purpose. */
  readonly only?: string;
}

/** Every command that does something, by its words. */
const COMMANDS: Readonly<Record<string, OverHttp>> = {
  load: {
    routes: [
      'POST /lists',
      'POST /uploads',
      'POST /lists/{list}/understand',
      'POST /lists/{list}/check',
      'GET /lists/{list}/verdicts',
      'POST /lists/{list}/load',
      'GET /lists/{list}/rejects',
    ],
    only: 'A path of the machine, and standard input: over HTTP the list itself is sent.',
  },
  status: { routes: ['GET /campaigns', 'GET /campaigns/{id}', 'GET /snapshot', 'GET /events'] },
  results: {
    routes: [
      'GET /campaigns/{id}/results',
      'GET /campaigns/{id}/results.csv',
      'GET /campaigns/{id}/results.ndjson',
      'POST /campaigns/{id}/results/exported',
      'POST /lists/{list}/join',
      'GET /lists/{list}/joined',
    ],
    only: '`--format xlsx` without `--join`, and `--results`. To follow, ask on with `cursor`.',
  },
  find: { routes: ['POST /calls/find', 'GET /calls/{callId}'] },
  pause: { routes: ['POST /campaigns/{id}/pause', 'POST /all-campaigns/pause'] },
  resume: { routes: ['POST /campaigns/{id}/resume', 'POST /all-campaigns/resume'] },
  cancel: { routes: ['POST /campaigns/{id}/cancel', 'POST /all-campaigns/cancel'] },
  retry: { routes: ['POST /campaigns/{id}/retry'] },
  'campaign put': { routes: ['PUT /campaigns/{id}'] },
  'campaign list': { routes: ['GET /campaigns', 'GET /archived-campaigns'] },
  'campaign show': { routes: ['GET /campaigns/{id}'] },
  'campaign archive': { routes: ['POST /campaigns/{id}/archive'] },
  workers: { routes: ['GET /workers'] },
  doctor: { routes: ['GET /doctor'] },
  'hold list': { routes: ['GET /holds'] },
  'hold add': { routes: ['POST /holds'] },
  'hold release': { routes: ['POST /holds/release'] },
  'in-doubt list': { routes: ['GET /in-doubt'] },
  'in-doubt resolve': { routes: ['POST /in-doubt/resolve'] },
  'set-aside list': { routes: ['GET /set-aside'] },
  'set-aside resolve': { routes: ['POST /set-aside/resolve'] },
  'suppress add': { routes: ['POST /do-not-call/add'] },
  'suppress import': { routes: ['POST /lists', 'POST /lists/{list}/do-not-call'] },
  'suppress remove': { routes: ['POST /do-not-call/remove'] },
  'suppress check': { routes: ['POST /do-not-call/check'] },
  'suppress check-list': {
    routes: [
      'POST /lists',
      'POST /lists/{list}/do-not-call/check',
      'GET /lists/{list}/do-not-call.csv',
    ],
  },
  'suppress changes': { routes: ['GET /do-not-call/changes'] },
  'suppress status': { routes: ['GET /do-not-call'] },
  erase: { routes: ['POST /erase/preview', 'POST /erase'] },
  serve: { routes: [], only: 'A service: it runs until it is stopped.' },
  'schedule add': { routes: ['PUT /schedules/{name}'] },
  'schedule list': { routes: ['GET /schedules', 'GET /schedules/{name}'] },
  'schedule run': {
    routes: ['GET /schedules/{name}/runs/{local}', 'POST /schedules/{name}/runs'],
  },
  'schedule remove': { routes: ['DELETE /schedules/{name}'] },
  'inbox status': { routes: ['GET /inbox'] },
  'inbox show': { routes: ['GET /inbox/entries/{entry}'] },
  'inbox rejected': { routes: ['GET /inbox/rejected'] },
  forward: { routes: [], only: 'A service, and where it posts to and its secret are its own.' },
  'forward list': { routes: ['GET /forwarders'] },
  'forward remove': { routes: ['DELETE /forwarders/{name}'] },
  'forward dead list': { routes: ['GET /forwarders/{name}/dead-letters'] },
  'forward dead retry': { routes: ['POST /forwarders/{name}/dead-letters/retry'] },
  'access add': { routes: ['POST /access'] },
  'access list': { routes: ['GET /access'] },
  'access remove': { routes: ['DELETE /access/{name}'] },
  audit: { routes: ['GET /audit', 'POST /audit/find'] },
};

export function cliOverHttpPage(): string {
  const commands = runnable(enqueuerProgram());
  const unknown = [...commands, ...Object.keys(COMMANDS)].filter(
    (command, _, all) => all.indexOf(command) === all.lastIndexOf(command),
  );
  if (unknown.length > 0)
    throw new Error(
      `tools/generate/reference/cli-over-http.ts is not right on ${unknown.join(', ')}`,
    );
  return page(
    'Commands over HTTP',
    'tools/generate/reference/cli-over-http.ts',
    wrapped(
      'What each command does, and which requests of the [HTTP API](../guide/http-api.md) do the ' +
        'same. Options are fields of the request. Left out on purpose: `--by`, for over HTTP it is ' +
        'who asks; `--yes`, for over HTTP nobody is asked, and what has to be meant is said in the ' +
        'request (`If-Match`, `changesMeant`, `early`); and where files are written.',
    ),
    commands.map((command) => itemOf(command, COMMANDS[command])).join('\n'),
  );
}

function itemOf(command: string, { routes, only }: OverHttp = { routes: [] }): string {
  const there = routes.map((route) => `\`${route}\``).join(', ');
  const alone = only === undefined ? '' : ` On the command line alone: ${only}`;
  return wrapped(`\`${command}\`: ${there === '' ? 'none.' : `${there}.`}${alone}`, '- ');
}

type Command = ReturnType<typeof enqueuerProgram>;

/** The words of each command that has something to do, also of one that has others below. */
function runnable(command: Command, above: readonly string[] = []): string[] {
  return command.commands.flatMap((each) => {
    const words = [...above, each.name()];
    const isRun = each.commands.length === 0 || each.name() === 'forward';
    return [...(isRun ? [words.join(' ')] : []), ...runnable(each, words)];
  });
}
