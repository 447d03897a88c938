import { once } from 'node:events';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Redactor, readDotEnv, withDotEnv } from '@libby-dialer/runtime';
import { cli } from '../../apps/enqueuer/src/cli.ts';
import type { Answer, Asked } from './ask-host.ts';
import { ROOT } from './markdown.ts';

/**
 * Runs the commands that a shell gives to `bin/enqueuer` of a folder, in this process: to start a
 * program for each would be most of the work. Services are started as they are.
 */
export class EnqueuerHost implements AsyncDisposable {
  readonly #server: Server;
  readonly #home = process.cwd();
  /** One after the other, for each has a working directory. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor() {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      this.#last = this.#last.then(() => this.#serve(socket)).catch(() => socket.destroy());
    });
  }

  /** Makes `bin` in that folder. */
  static async open(folder: string): Promise<EnqueuerHost> {
    const host = new EnqueuerHost();
    const door = join(folder, '.enqueuer');
    await once(host.#server.listen(door), 'listening');
    await mkdir(join(folder, 'bin'));
    for (const program of await readdir(join(ROOT, 'bin')))
      if (program !== 'enqueuer')
        await symlink(join(ROOT, 'bin', program), join(folder, 'bin', program));
    await writeFile(join(folder, 'bin/enqueuer'), scriptFor(door), { mode: 0o755 });
    return host;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    await this.#server[Symbol.asyncDispose]();
  }

  async #serve(socket: Socket): Promise<void> {
    const asked = JSON.parse(await text(socket)) as Asked;
    socket.end(JSON.stringify(await this.#run(asked)));
  }

  async #run({ argv, cwd, environment, input }: Asked): Promise<Answer> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const said = Promise.all([text(stdout), text(stderr)]);
    process.chdir(cwd);
    try {
      const code = await cli(argv, {
        stdin: Readable.from([Buffer.from(input)]),
        stdout,
        stderr,
        environment: () => withDotEnv(environment, readDotEnv(cwd)),
        signal: new AbortController().signal,
        redactor: new Redactor(),
      });
      stdout.end();
      stderr.end();
      const [output, messages] = await said;
      return { code, output, messages };
    } catch (error) {
      return { code: 1, output: '', messages: String(error) };
    } finally {
      process.chdir(this.#home);
    }
  }
}

function scriptFor(door: string): string {
  const program = join(ROOT, 'bin/enqueuer');
  const asker = join(import.meta.dirname, 'ask-host.ts');
  return `#!/bin/sh
case "$1 $2" in serve*|'forward --'*) exec '${program}' "$@" ;; esac
exec '${process.execPath}' '${asker}' '${door}' "$@"
`;
}
