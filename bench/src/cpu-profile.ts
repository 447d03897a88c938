import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

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

export async function readProfile(folder: string): Promise<ProfileSummary> {
  const file = (await readdir(folder)).find((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error(`no profile was written to ${folder}`);
  const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile;
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

function packageOf({ url, functionName }: ProfileNode['callFrame']): string {
  const dependency = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (dependency !== undefined) return dependency;
  const own = /\/((?:packages|apps)\/[^/]+)\//.exec(url)?.[1];
  if (own !== undefined) return own;
  return url === ''
    ? functionName || '(native)'
    : url.replace(/^(node:)(internal\/)?([^/]+).*/, '$1$3');
}

function placeOf({ url, lineNumber }: ProfileNode['callFrame']): string {
  return url === ''
    ? ''
    : `${url.replace(/.*\/(node_modules|packages|apps)\//, '')}:${lineNumber + 1}`;
}
