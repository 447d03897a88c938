import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { patienceMs, runProcess, spawnProcess } from '@libby-dialer/testkit';
import { EnqueuerHost } from './enqueuer-host.ts';
import { type Part, ROOT } from './markdown.ts';

/** What a comment before a block of code, `<!-- test: … -->`, says about it. */
type Instruction =
  /** Not run, and why. */
  | { readonly kind: 'skip' }
  /** Not a command but a file of that name; the test adds a line to it. */
  | { readonly kind: 'file'; readonly name: string; readonly added: string }
  /** It goes on until the document ends; the next block is run once it has said this. */
  | { readonly kind: 'background'; readonly ready: string; readonly replaced?: [string, string] }
  | { readonly kind: 'exit'; readonly code: number };

const SHELL = 'sh';
/** What is exported in one block is there in the next, as in one terminal. */
const STATE = '.exported';
/** In documents it asks the Redis of this machine. */
const PATH_FOLDER = '.path';
const REDIS_CLI = `#!/bin/sh
PATH=\${PATH#*:} exec redis-cli -u "$REDIS_URL" "$@"
`;

/** Runs the commands of one document, from its beginning, in a folder of its own. */
export class DocumentRun implements AsyncDisposable {
  readonly #path: string;
  readonly #folder: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #release = new AsyncDisposableStack();

  private constructor(path: string, folder: string, environment: Readonly<Record<string, string>>) {
    this.#path = path;
    this.#folder = folder;
    this.#environment = environment;
    this.#release.defer(() => rm(folder, { recursive: true, force: true }));
  }

  /** The folder looks like the project's root to whoever follows the document. */
  static async open(
    path: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<DocumentRun> {
    const folder = await mkdtemp(join(tmpdir(), 'libby-dialer-document-'));
    for (const name of ['tools', 'package.json', 'contract'])
      await symlink(join(ROOT, name), join(folder, name));
    await mkdir(join(folder, PATH_FOLDER));
    await writeFile(join(folder, PATH_FOLDER, 'redis-cli'), REDIS_CLI, { mode: 0o755 });
    await cp(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });
    const run = new DocumentRun(path, folder, environment);
    // What everybody follows first is followed to the letter.
    if (path === 'README.md') await symlink(join(ROOT, 'bin'), join(folder, 'bin'));
    else run.#release.use(await EnqueuerHost.open(folder));
    return run;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#release.disposeAsync();
  }

  /** Returns how many blocks of commands were run. */
  async follow(parts: readonly Part[]): Promise<number> {
    let instruction: Instruction | undefined;
    let count = 0;
    for (const part of parts) {
      if (part.kind === 'note') {
        if (part.text.startsWith('run')) await this.#run(part, part.text.slice('run'.length), 0);
        else instruction = this.#instruction(part);
      } else {
        if (await this.#code(part, instruction)) count += 1;
        instruction = undefined;
      }
    }
    return count;
  }

  /** Returns whether something was run. */
  async #code(
    part: Part & { kind: 'code' },
    instruction: Instruction | undefined,
  ): Promise<boolean> {
    if (instruction?.kind === 'skip') return false;
    if (instruction?.kind === 'file') {
      await writeFile(join(this.#folder, instruction.name), part.text + instruction.added);
      return false;
    }
    if (part.language !== 'sh') return false;
    if (instruction?.kind === 'background') await this.#background(part, instruction);
    else await this.#run(part, part.text, instruction?.code ?? 0);
    return true;
  }

  async #run(part: Part, script: string, expected: number): Promise<void> {
    const { code, stdout, stderr } = await runProcess(
      SHELL,
      ['-euc', `${this.#resumed(script)}\nexport -p > ${STATE}`],
      { cwd: this.#folder, env: this.#environment, timeoutMs: 2 * patienceMs() },
    );
    this.#forgetRunOf(stdout);
    if (code !== expected)
      throw new Error(`${this.#place(part)} ended with ${code}:\n${script}\n${stdout}${stderr}`);
  }

  async #background(
    part: Part,
    { ready, replaced: [from, to] = ['', ''] }: Instruction & { kind: 'background' },
  ): Promise<void> {
    const command = part.text.replace(from, this.#environment[to] ?? '');
    const script = this.#resumed(`exec ${command}`);
    const options = { cwd: this.#folder, env: this.#environment };
    const spawned = this.#release.adopt(
      await spawnProcess(SHELL, ['-euc', script], options),
      async (process) => void (await process.stop('SIGTERM')),
    );
    await spawned.waitForLine((line) => line.includes(ready), 2 * patienceMs());
  }

  #resumed(script: string): string {
    const path = `PATH=${join(this.#folder, PATH_FOLDER)}:$PATH`;
    return `[ ! -f ${STATE} ] || . ./${STATE}\n${path}\n${script}`;
  }

  /** `npm start` leaves its files in the checkout. */
  #forgetRunOf(stdout: string): void {
    const [, shown] = /Files +(\S*\.run\/\S+),/.exec(stdout) ?? [];
    if (shown === undefined) return;
    const files = resolve(this.#folder, shown);
    this.#release.defer(() => rm(files, { recursive: true, force: true }));
  }

  #instruction(part: Part): Instruction {
    const { text } = part;
    if (/^skip, \S/.test(text)) return { kind: 'skip' };
    const file = /^file (\S+?)(?:, then (.+))?$/.exec(text);
    if (file !== null) {
      const [, name = '', added] = file;
      return { kind: 'file', name, added: added === undefined ? '' : `${added}\n` };
    }
    const background = /^background until "(.+)"(?:\nwith (\S+) as \$(\w+))?$/.exec(text);
    if (background !== null) {
      const [, ready = '', from, to] = background;
      if (from === undefined || to === undefined) return { kind: 'background', ready };
      return { kind: 'background', ready, replaced: [from, to] };
    }
    const exit = /^exit (\d+)$/.exec(text);
    if (exit !== null) return { kind: 'exit', code: Number(exit[1]) };
    throw new Error(`${this.#place(part)}: nobody knows what "${text}" means`);
  }

  #place({ line }: Part): string {
    return `${this.#path}:${line}`;
  }
}
