import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { Redis } from 'ioredis';

const CONTRACT = join(import.meta.dirname, '..', '..', 'contract');

/** What Redis would not let somebody do. */
export interface Denial {
  readonly username: string;
  /** `command`, `key`, `channel` or `auth`. */
  readonly reason: string;
  readonly object: string;
}

/**
 * A Redis that lets nobody in but the users of contract/users.acl, set up as contract/README.md
 * says.
 */
export class LockedRedis implements AsyncDisposable {
  /** A connection that may do anything. */
  readonly admin: Redis;
  readonly #redis: TestRedis;
  readonly #passwords: ReadonlyMap<string, string>;

  private constructor(redis: TestRedis, passwords: ReadonlyMap<string, string>) {
    this.#redis = redis;
    this.#passwords = passwords;
    this.admin = new Redis(this.url('admin'));
  }

  static async start(): Promise<LockedRedis> {
    const folder = await mkdtemp(join(tmpdir(), 'libby-dialer-users-'));
    try {
      await setPasswords(folder);
      const users = (await readFile(join(folder, 'secrets', 'users.acl'), 'utf8'))
        .trimEnd()
        .split('\n');
      // As arguments, for a container would not see the file.
      const args = users.flatMap((line) => ['--user', ...line.split(' ').slice(1)]);
      const names = users
        .map((line) => line.split(' ')[1] ?? '')
        .filter((name) => name !== 'default');
      const passwords = names.map(
        async (name) =>
          [name, await readFile(join(folder, 'secrets', `${name}.password`), 'utf8')] as const,
      );
      const redis = await startRedis({ appendonly: true, appendfsync: 'always', args });
      return new LockedRedis(redis, new Map(await Promise.all(passwords)));
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  url(user: string): string {
    const url = new URL(this.#redis.url);
    url.username = user;
    url.password = this.#passwords.get(user) ?? '';
    return url.href;
  }

  /** Whether a user may do this: `OK`, or why not. */
  async dryRun(user: string, command: string): Promise<string> {
    return String(await this.admin.call('ACL', 'DRYRUN', user, ...command.split(' ')));
  }

  /** All that was denied since the start, or since `forgetDenials`. */
  async denials(): Promise<Denial[]> {
    const entries = (await this.admin.call('ACL', 'LOG', '1000')) as string[][];
    return entries.map((entry) => {
      const field = (name: string) => entry[entry.indexOf(name) + 1] ?? '';
      return { username: field('username'), reason: field('reason'), object: field('object') };
    });
  }

  async forgetDenials(): Promise<void> {
    await this.admin.call('ACL', 'LOG', 'RESET');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.admin.disconnect();
    await this.#redis.stop();
  }
}

/** Runs what the README says, word for word. */
async function setPasswords(folder: string): Promise<void> {
  await cp(CONTRACT, join(folder, 'contract'), { recursive: true });
  const readme = await readFile(join(CONTRACT, 'README.md'), 'utf8');
  const [, script] = /## Users of Redis[^]*?```sh\n([^]*?)```/.exec(readme) ?? [];
  if (script === undefined)
    throw new Error('contract/README.md does not say how to set the passwords');
  const { code, stderr } = await runProcess('sh', ['-euc', script], { cwd: folder });
  if (code !== 0) throw new Error(`the commands of contract/README.md failed: ${stderr}`);
}
