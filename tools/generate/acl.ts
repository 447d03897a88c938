/**
 * Redis users with the least that each kind of program needs. Redis wants a user on one line and no
 * comments, so `contract/users.acl` is generated from here: `npm run generate` writes it;
 * `--check` fails when it is not current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = join(import.meta.dirname, '../../contract', 'users.acl');
const PREFIX = '{libby}';

/** These commands, on these keys and this channel and no others. */
interface Rule {
  readonly commands: string;
  /** Patterns, without the prefix. `R:` only to be read, `W:` only to be written. */
  readonly keys: string;
  readonly channels?: string;
}

interface User {
  readonly name: string;
  readonly rules: readonly [root: Rule, ...selectors: Rule[]];
}

/**
 * What clients send by themselves. Not by name, for Redis 7.2 has some that 7.0 would refuse to
 * load.
 */
const CONNECTION = '+@connection -@dangerous -client|tracking';
/** Whether this server keeps what it acknowledges, and which server it is. */
const EXAMINATION = '+info +config|get';
const DATA =
  '+@hash +@list +@set +@sortedset +@string -@dangerous +del +exists +expire +pexpire +pexpireat +pttl +type +unlink';
/** For `erase`: it may name a person. */
const SLOW_LOG = '+slowlog|get +slowlog|reset';
/**
 * Redis assumes the worst of a script: that it reads and writes all its keys. What it does to them
 * is then judged like any command.
 */
const SCRIPTS = '+eval +evalsha';

/** What both workers and enqueuers write. */
const DIALING =
  'q:* c:* claims:counts campaigns:open holds breakers line line:* person person:* identity-key write-check workers';
const TOKEN = 'token token:lock';
const ANNOUNCEMENTS = 'announcements';

const users: readonly User[] = [
  {
    // People: makes users, takes backups, sets Redis up.
    name: 'admin',
    rules: [{ commands: '+@all', keys: '*', channels: '*' }],
  },
  {
    name: 'worker',
    rules: [
      {
        commands: `${CONNECTION} ${DATA} ${EXAMINATION} +time +multi +exec +xadd +xtrim +publish +subscribe +unsubscribe`,
        keys: `${DIALING} ${TOKEN}`,
        channels: ANNOUNCEMENTS,
      },
      { commands: SCRIPTS, keys: `${DIALING} campaigns campaigns:* dnc:* results ${TOKEN}` },
      {
        commands: '+get +hget +hgetall +hkeys +hscan +sismember +scard',
        keys: 'R:campaigns R:campaigns:* R:dnc:*',
      },
      { commands: '+xadd', keys: 'W:results' },
    ],
  },
  {
    // Commands, daemon, forwarder and console.
    name: 'enqueuer',
    rules: [
      {
        commands: `${CONNECTION} ${DATA} ${EXAMINATION} +@stream ${SCRIPTS} +time +multi +exec +scan +publish +pubsub|numsub ${SLOW_LOG}`,
        keys: `${DIALING} campaigns campaigns:* dnc:* results access access:* audit audit:* inbox inbox:* schedules schedule:* t:* forwarders forward:*`,
        channels: ANNOUNCEMENTS,
      },
    ],
  },
  {
    // A service that pushes calls.
    name: 'producer',
    rules: [{ commands: `${CONNECTION} +xadd +xlen`, keys: 'W:inbox' }],
  },
  {
    // A service that takes results, in a consumer group of its own, and looks up what became of
    // what was pushed.
    name: 'reader',
    rules: [
      {
        commands: `${CONNECTION} +xread +xrange +xrevrange +xlen +xpending +xgroup|create +xreadgroup +xack +xautoclaim +xinfo|groups +xinfo|consumers`,
        keys: 'results',
      },
      { commands: '+xread +xrange +xrevrange +xlen', keys: 'R:inbox:rejected' },
      { commands: '+hget +hmget', keys: 'R:inbox:fates:*' },
    ],
  },
];

function lineOf({ name, rules: [root, ...selectors] }: User): string {
  const password = `#sha256-of-${name}-password`;
  return [
    'user',
    name,
    'on',
    password,
    'resetchannels',
    '-@all',
    textOf(root),
    ...selectors.map(inBrackets),
  ].join(' ');
}

function inBrackets(rule: Rule): string {
  return `(${textOf(rule)})`;
}

function textOf({ commands, keys, channels }: Rule): string {
  const patterns = [
    ...keys.split(' ').map(keyPattern),
    ...(channels === undefined ? [] : [`&${within(channels)}`]),
  ];
  return [commands, ...patterns].join(' ');
}

function keyPattern(key: string): string {
  const [, access, name = key] = /^([RW]):(.*)$/.exec(key) ?? [];
  return access === undefined ? `~${within(name)}` : `%${access}~${within(name)}`;
}

function within(name: string): string {
  return name === '*' ? name : `${PREFIX}:${name}`;
}

// Who names no user would otherwise be one who may do everything.
const text = `${['user default off', ...users.map(lineOf)].join('\n')}\n`;
if (!process.argv.includes('--check')) {
  writeFileSync(FILE, text);
} else if (readFileSync(FILE, 'utf8') !== text) {
  console.error('contract/users.acl is not current; run: npm run generate');
  process.exitCode = 1;
}
