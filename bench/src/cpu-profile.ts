import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
  };
}

interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export interface Share {
  readonly name: string;
  /** Own time, without what it called. */
  readonly selfMs: number;
}

/** Where time went, by package and by function, largest first; idle time left out. */
export interface ProfileSummary {
  readonly packages: readonly Share[];
  readonly functions: readonly Share[];
}

/** What Node is started with to leave its profile in that file. */
export function profilingInto(folder: string, name: string): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}`];
}

export async function readProfile(file: string): Promise<ProfileSummary> {
  const profile = JSON.parse(await readFile(file, 'utf8')) as CpuProfile;
  const selfMs = selfTimes(profile);
  const busy = profile.nodes.filter(({ callFrame }) => callFrame.functionName !== '(idle)');
  return {
    packages: shares(busy, selfMs, ({ callFrame }) => packageOf(callFrame)),
    functions: shares(
      busy,
      selfMs,
      ({ callFrame }) => `${callFrame.functionName || '(anonymous)'}  ${placeOf(callFrame)}`,
    ),
  };
}

function selfTimes({ samples, timeDeltas }: CpuProfile): Map<number, number> {
  const selfMs = new Map<number, number>();
  for (const [index, id] of samples.entries()) {
    selfMs.set(id, (selfMs.get(id) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  }
  return selfMs;
}

function shares(
  nodes: readonly ProfileNode[],
  selfMs: ReadonlyMap<number, number>,
  nameOf: (node: ProfileNode) => string,
) {
  const sums = new Map<string, number>();
  for (const node of nodes)
    sums.set(nameOf(node), (sums.get(nameOf(node)) ?? 0) + (selfMs.get(node.id) ?? 0));
  return [...sums]
    .map(([name, selfMs]): Share => ({ name, selfMs }))
    .toSorted((a, b) => b.selfMs - a.selfMs);
}

function packageOf(frame: ProfileNode['callFrame']): string {
  const source = sourceOf(frame);
  const dependency = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1];
  if (dependency !== undefined) return dependency;
  const own = /(?:^|\/)((?:packages|apps)\/[^/]+)\//.exec(source)?.[1];
  if (own !== undefined) return own;
  return source === ''
    ? frame.functionName || '(native)'
    : source.replace(/^(node:)(internal\/)?([^/]+).*/, '$1$3');
}

function placeOf(frame: ProfileNode['callFrame']): string {
  return sourceOf(frame).replace(/.*\/(node_modules|packages|apps)\//, '');
}

/** Our programs are one file each, which names each source above what comes from it. */
function sourceOf({ url, lineNumber }: ProfileNode['callFrame']): string {
  if (!/^file:.*\/dist\/[^/]+\.js$/.test(url) || url.includes('/node_modules/')) return url;
  const sources = sourcesOf(url);
  return sources.findLast(({ line }) => line <= lineNumber)?.source ?? url;
}

const SOURCES = new Map<string, readonly { readonly line: number; readonly source: string }[]>();

function sourcesOf(url: string) {
  const known = SOURCES.get(url);
  if (known !== undefined) return known;
  const sources = readFileSync(fileURLToPath(url), 'utf8')
    .split('\n')
    .flatMap((text, line) => {
      const source = /^\/\/ ((?:packages|apps|node_modules)\/\S+)$/.exec(text)?.[1];
      return source === undefined ? [] : [{ line, source }];
    });
  SOURCES.set(url, sources);
  return sources;
}
