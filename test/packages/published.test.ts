import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { patienceMs, runProcess, spawnProcess, startRedis } from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provideOldNodes } from '../../tools/set-up/set-up.mjs';

const ROOT = join(import.meta.dirname, '../..');
const WORKSPACE = { root: ROOT, report: () => {}, signal: new AbortController().signal };

/** What is installed with each of them, and nothing else of its own. */
const PUBLISHED = {
  'call-record': ['zod'],
  'call-producer': ['@libby-dialer/call-record', 'ioredis'],
  'libby-client': ['oauth4webapi', 'undici', 'zod'],
  'libby-simulator': ['zod'],
} as const;
type PackageName = keyof typeof PUBLISHED;
const NAMES = Object.keys(PUBLISHED) as PackageName[];

/** The oldest that `engines` of its packages allow; npm refuses what does not fit. */
const PROJECTS = {
  'node-20': {
    packages: ['call-record', 'call-producer', 'libby-simulator'],
    uses: 'use-producer',
  },
  'node-22': { packages: ['libby-client', 'libby-simulator'], uses: 'use-client' },
} as const;
type OldNode = keyof typeof PROJECTS;

let folder: string;
const project = (node: OldNode) => join(folder, node);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'libby-dialer-packages-'));
  await Promise.all([pack(), provideOldNodes(WORKSPACE)]);
  await Promise.all([install('node-20'), install('node-22')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** From a copy: nothing is built where other tests, or another run of this one, may look. */
async function pack(): Promise<void> {
  const copy = join(folder, 'copy');
  for (const file of [
    'package.json',
    'pnpm-workspace.yaml',
    'tsconfig.base.json',
    'tsconfig.build.json',
    'tools/build-package.mjs',
    ...globSync('packages/*/package.json', { cwd: ROOT }),
    ...NAMES.map((name) => `packages/${name}`),
  ])
    cpSync(join(ROOT, file), join(copy, file), { recursive: true, verbatimSymlinks: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  for (const name of NAMES)
    await succeed('pnpm', ['pack', '--out', join(folder, `${name}.tgz`)], {
      cwd: join(copy, 'packages', name),
    });
}

async function install(node: OldNode): Promise<void> {
  const { packages, uses } = PROJECTS[node];
  mkdirSync(join(project(node), 'bin'), { recursive: true });
  symlinkSync(programOf(node), join(project(node), 'bin/node'));
  await writeFile(join(project(node), 'package.json'), '{"private":true,"type":"module"}');
  const tarballs = packages.map((name) => join(folder, `${name}.tgz`));
  const options = ['--engine-strict', '--prefer-offline', '--ignore-scripts', '--no-audit'];
  await succeed('npm', ['install', ...options, ...tarballs], under(node));
  await writeFile(join(project(node), 'tsconfig.json'), JSON.stringify(tsconfig()));
  cpSync(join(import.meta.dirname, `${uses}.ts`), join(project(node), `${uses}.ts`));
}

/** Where none is pinned for this machine, the Node that runs this. */
function programOf(node: OldNode): string {
  const isPinned = existsSync(
    join(ROOT, 'tools/toolchain', node, `${process.platform}-${process.arch}`),
  );
  return isPinned ? join(ROOT, '.toolchain/bin', node) : process.execPath;
}

const tsconfig = () => ({
  compilerOptions: {
    module: 'nodenext',
    target: 'es2023',
    strict: true,
    skipLibCheck: false,
    typeRoots: [join(ROOT, 'node_modules/@types')],
    types: ['node'],
  },
});

const under = (node: OldNode) => ({
  cwd: project(node),
  env: { PATH: `${join(project(node), 'bin')}${delimiter}${process.env['PATH']}` },
});

async function succeed(...call: Parameters<typeof runProcess>): Promise<string> {
  const [command, args = [], options] = call;
  const { code, stdout, stderr } = await runProcess(command, args, {
    timeoutMs: 2 * patienceMs(),
    ...options,
  });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return stdout;
}

describe.each(NAMES)('%s', (name) => {
  const node = (Object.keys(PROJECTS) as OldNode[]).find((candidate) =>
    (PROJECTS[candidate].packages as readonly string[]).includes(name),
  ) as OldNode;
  const home = () => join(project(node), 'node_modules/@libby-dialer', name);

  it('carries its code and types, and no more', async () => {
    const files = globSync('**/*', { cwd: home(), withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(home().length + 1));
    const sources = globSync('**/*.ts', { cwd: join(ROOT, 'packages', name, 'src') })
      .filter((file) => !/(?:^|\/)testing\/|\.test\.ts$/.test(file))
      .map((file) => `dist/${file.replace(/\.ts$/, '')}`);
    expect(files.toSorted()).toEqual(
      [
        'README.md',
        'package.json',
        ...sources.flatMap((file) => [`${file}.js`, `${file}.d.ts`]),
      ].toSorted(),
    );
  });

  it('says of itself what npm and readers need, and nothing of the workspace', async () => {
    const text = await readFile(join(home(), 'package.json'), 'utf8');
    expect(text).not.toMatch(/workspace:|catalog:|src\//);
    const manifest = JSON.parse(text);
    expect(manifest).toMatchObject({
      description: expect.stringMatching(/\w/),
      engines: { node: node === 'node-20' ? '>=20.19' : '>=22.19' },
      exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
      license: expect.stringMatching(/\w/),
      version: JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')).version,
    });
    expect(Object.keys(manifest.dependencies).toSorted()).toEqual(PUBLISHED[name]);
  });

  it('can be required from CommonJS, too', async () => {
    const script = `console.log(Object.keys(require('@libby-dialer/${name}')).length > 0)`;
    const { stdout, stderr } = await runProcess('node', ['-e', script], under(node));
    expect([stdout, stderr]).toEqual(['true\n', '']);
  });
});

it('takes a push from a typed service under the oldest Node of call-producer', async () => {
  await succeed('tsc', ['-p', '.'], { cwd: project('node-20') });
  await using server = await startRedis();
  const redis = new Redis(server.url);
  try {
    const { cwd, env } = under('node-20');
    const options = { cwd, env: { ...env, REDIS_URL: server.url } };
    const id = await succeed('node', ['use-producer.js'], options);
    const [, fields] = (await redis.xrange('{libby}:inbox', id, id))[0] ?? [];
    expect(JSON.parse(fields?.at(-1) ?? '')).toMatchObject({
      name: 'Ada',
      formInfo: [{ Guests: 80 }],
    });
    await redis.xdel('{libby}:inbox', id);
  } finally {
    redis.disconnect();
  }
});

it('takes a call from a typed program, through the program of the simulator', async () => {
  await succeed('tsc', ['-p', '.'], { cwd: project('node-22') });
  const bin = join(project('node-20'), 'node_modules/.bin/libby-simulator');
  await using simulator = await spawnProcess(bin, ['--port', '0'], under('node-20'));
  const ready = await simulator.waitForLine(/^\{/);
  const printed = await succeed('node', ['use-client.js', ready], under('node-22'));
  const once = { '+15055550123': 1 };
  expect(JSON.parse(printed)).toEqual({ delivery: 'unknown', byNumber: once });
  const calls = await fetch(`${JSON.parse(ready).apiUrl}/calls`);
  expect(await calls.json()).toMatchObject({ byNumber: once });
  expect(simulator.stderr).toEqual([]);
});
