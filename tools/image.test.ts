import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, matchesGlob } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runQuietly } from './processes.mjs';

const ROOT = join(import.meta.dirname, '..');
const PROGRAMS = ['apps/worker', 'apps/enqueuer', 'apps/console', 'packages/libby-simulator'];

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const rules = read('.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

/** As Docker has it: the last rule that matches a file, or a folder around it, decides. */
function isSent(file: string): boolean {
  const parts = file.split('/');
  const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  const rule = rules.findLast((pattern) =>
    paths.some((path) => matchesGlob(path, pattern.replace(/^!/, ''))),
  );
  return rule === undefined || rule.startsWith('!');
}

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT })
  .toString()
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(ROOT, file)));
const image = files.filter((file) => isSent(file));
const sources = image.filter((file) => file.endsWith('.ts') && !file.startsWith('tools/'));

/** The folders of a program's package, and of all packages of the workspace that it needs. */
function withDependencies(folder: string, found = new Set<string>()): Set<string> {
  found.add(folder);
  const { dependencies = {} } = JSON.parse(read(`${folder}/package.json`));
  for (const [name, version] of Object.entries(dependencies)) {
    const next = `packages/${name.replace('@libby-dialer/', '')}`;
    if (version === 'workspace:*' && !found.has(next)) withDependencies(next, found);
  }
  return found;
}
/** What the page is built of, in a stage of its own. */
const PAGE = 'apps/console/page';
const needed = new Set([...PROGRAMS, PAGE].flatMap((folder) => [...withDependencies(folder)]));

function folderOf(file: string): string {
  return file.startsWith(`${PAGE}/`) ? PAGE : file.split('/').slice(0, 2).join('/');
}

it('has every package that its programs need, and no other', () => {
  const folders = new Set(sources.map(folderOf));
  expect([...folders].toSorted()).toEqual([...needed].toSorted());
  const copied = read('Dockerfile').matchAll(/^COPY (\S+)\/package\.json \1\/$/gm);
  const copiedFolders = [...copied].map(([, folder = '']) => folder);
  expect(copiedFolders.toSorted()).toEqual([...needed].toSorted());
});

const isScript = (file: string): boolean => file.endsWith('.lua');

it('has every file that these import, and every Lua script', () => {
  const sent = new Set(image);
  const missing = sources.flatMap((file) =>
    [...read(file).matchAll(/(?:from|import|URL\() ?'(\.[^']+)'/g)]
      .map(([, path = '']) => join(dirname(file), path))
      .filter((path) => !path.endsWith('/') && !sent.has(path)),
  );
  expect(missing).toEqual([]);
  expect(files.filter(isScript).length).toBeGreaterThan(20);
  expect(image.filter(isScript)).toEqual(files.filter(isScript));
});

it('has no tests and nothing that only they need', () => {
  expect(sources.length).toBeGreaterThan(200);
  const furniture = /from '(?:vitest|fast-check|@libby-dialer\/(?:testkit|embedded))'/;
  expect(sources.filter((file) => furniture.test(read(file)))).toEqual([]);
  expect(image.filter((file) => /\btest(?:ing|kit)?\b/.test(file))).toEqual([]);
});

it('has each program that Compose runs by its name, for Node to run', () => {
  const links = [...read('Dockerfile').matchAll(/ln -s \/app\/(\S+) (\w+)/g)];
  const programs = links.map(([, file = '', name = '']) => [name, file]);
  expect(programs).toEqual([
    ...['worker', 'enqueuer', 'console', 'simulator'].map((name) => [name, `dist/${name}.js`]),
    ['healthy', 'tools/image/healthy.mjs'],
  ]);
  for (const [, file = ''] of programs)
    expect(read(file)).toMatch(/^#!\/usr\/bin\/env (?:-S node .+|node)\n/);
  const names = new Set(programs.map(([name]) => name));
  const compose = read('docker-compose.yml');
  const run = [...compose.matchAll(/^ +(?:entrypoint: \[|test: \[CMD, (?!redis))(\w+)/gm)];
  expect(run.length).toBeGreaterThan(4);
  expect(run.filter(([, name]) => !names.has(name))).toEqual([]);
});

it('builds the page with each package that it depends on', () => {
  const [, stage = ''] = /^FROM dependencies AS page\n(.*?)^FROM /ms.exec(read('Dockerfile')) ?? [];
  const copied = [...stage.matchAll(/^COPY (packages\/[\w-]+) /gm)].map(
    ([, folder = '']) => folder,
  );
  const { dependencies } = JSON.parse(read('apps/console/page/package.json')) as {
    dependencies: Record<string, string>;
  };
  const own = Object.keys(dependencies).filter((name) => name.startsWith('@libby-dialer/'));
  expect(own.length).toBeGreaterThan(1);
  expect(copied.toSorted()).toEqual(
    own.map((name) => name.replace('@libby-dialer/', 'packages/')).toSorted(),
  );
});

/** Beside the sources, by a program. */
const isRead = (file: string): boolean => /^\w+\/[\w-]+\/src\/.*(?<!\.ts)$/.test(file);

it('needs nothing beside what is put together for it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'libby-dialer-image-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const node = async (...args: string[]) =>
    (await runQuietly(process.execPath, args, { cwd: folder })).output;
  expect(await node(join(ROOT, 'tools/image/assemble.ts'), folder)).toBe('');
  await writeFile(join(folder, 'list.csv'), 'Name,Mobile,Country\nBen,0170 1234567,Deutschland\n');
  await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN);
  // It reads a number, the name of a country and the table of time zones.
  const load = ['load', 'list.csv', '--campaign', 'campaign.yaml', '--dry-run'];
  expect(await node('dist/enqueuer.js', ...load)).toContain('now, Europe/Berlin by its number');
  for (const name of ['worker', 'console', 'simulator'])
    expect(await node(`dist/${name}.js`, '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  // A log at a terminal.
  expect(await node('-p', "typeof require('pino-pretty').prettyFactory")).toBe('function\n');
  const ofImage = new Set(await readdir(folder, { recursive: true }));
  expect(image.filter((file) => isRead(file) && !ofImage.has(file))).toEqual([]);
  expect(ofImage).toContain('apps/console/page/dist/index.html');
});

const CAMPAIGN = `id: spring-events
fromPhoneNumber: "+15055550100"
introNotes: "Hello"
callingWindow: anytime
`;

it('has every library that is loaded only where it is needed', () => {
  const assemble = read('tools/image/assemble.ts');
  const lazy = sources.filter((file) => read(file).includes('createRequire'));
  const names = lazy.flatMap((file) =>
    [...read(file).matchAll(/(?:require|\(import\.meta\.url\))(?:\.resolve)?\(['`]([\w-]+)/g)].map(
      ([, name = '']) => name,
    ),
  );
  expect(names.length).toBeGreaterThan(3);
  expect(names.filter((name) => !assemble.includes(`'${name}'`))).toEqual([]);
});

/** Asks a program that answers so. */
async function askWhetherWell(status: number, text: string) {
  const server = createServer((_, response) => response.writeHead(status).end(text)).listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = () =>
    runQuietly(process.execPath, [join(ROOT, 'tools/image/healthy.mjs'), `${port}/readyz`]);
  const answered = await ask();
  server.close();
  await once(server, 'close');
  return { answered, refused: await ask() };
}

it('tells Docker whether a program is well, and otherwise why not', async () => {
  const well = await askWhetherWell(200, 'ok\n');
  expect(well.answered.code).toBe(0);
  expect(well.refused).toMatchObject({
    code: 1,
    output: expect.stringContaining('ECONNREFUSED'),
  });
  const { answered } = await askWhetherWell(503, 'Redis is not reachable\n');
  expect(answered).toMatchObject({ code: 1, output: 'Redis is not reachable\n' });
});
