/**
 * The programs that run everything else, as links in `.toolchain/bin`: the machine's Node where
 * that is new enough, else a pinned one from the npm registry; and a pinned pnpm. For tests, the
 * oldest Nodes that the published packages claim to run on.
 */
import { randomUUID } from 'node:crypto';
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { runQuietly } from '../processes.mjs';
import { withoutOuterNpm } from './environment.mjs';
import { isAtLeast, OLDEST_NODE } from './node-version.mjs';
import { failure, runLogged, SetUpError, step, TRY_AGAIN, toolchainHome } from './steps.mjs';

/** @import { Workspace } from './steps.mjs' */

/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {string} title
 * @property {string} lockFolder where in tools/toolchain it is pinned for this platform
 * @property {(packages: string) => string | undefined} program where in node_modules the program
 * for this platform is
 * @property {string} otherwise what to do on a platform that it is not pinned for
 */

const platform = `${process.platform}-${process.arch}`;

/**
 * A lockfile per platform: one with all of them as optional dependencies would let npm succeed
 * without any when the network fails.
 * @type {Tool}
 */
export const NODE = {
  name: 'node',
  title: 'Node.js',
  lockFolder: `node/${platform}`,
  program: (packages) => join(packages, `node-${platform}`, 'bin/node'),
  otherwise: `install Node.js ${OLDEST_NODE} or newer yourself, then run this again`,
};

/**
 * `node-20` and `node-22`. Pinned for Linux on x64 only: elsewhere the test takes the Node that it
 * runs on.
 * @type {readonly Tool[]}
 */
export const OLD_NODES = ['node-20', 'node-22'].map((name) => ({
  ...NODE,
  name,
  lockFolder: `${name}/${platform}`,
}));

/**
 * The binary of its platform package is used as it is: its launcher depends on an install script,
 * which many people switch off.
 * @type {Tool}
 */
export const PNPM = {
  name: 'pnpm',
  title: 'pnpm',
  lockFolder: 'pnpm',
  program: (packages) => {
    const scope = join(packages, '@pnpm');
    const binary = existsSync(scope)
      ? readdirSync(scope).find((name) => name.startsWith('exe.'))
      : undefined;
    return binary && join(scope, binary, 'pnpm');
  },
  otherwise: 'use Linux or macOS on x64 or arm64',
};

/**
 * @param {string} root
 * @param {Tool} tool
 */
export function hasTool(root, tool) {
  return isLinked(root, tool, wanted(root, tool));
}

/**
 * @param {string} root
 * @param {Tool} tool
 */
export const isPinned = (root, tool) => existsSync(lockFolder(root, tool));

/**
 * Gets a tool unless it is there. Only one process at a time may do this.
 * @param {Workspace} workspace
 * @param {Tool} tool
 */
export async function provideTool(workspace, tool) {
  const { root } = workspace;
  if (wanted(root, tool) === undefined) await getTool(workspace, tool);
  link(root, tool, wanted(root, tool));
}

/**
 * The program to use, if it is there.
 * @param {string} root
 * @param {Tool} tool
 */
function wanted(root, tool) {
  if (tool === NODE && isAtLeast(process.versions.node, OLDEST_NODE)) return process.execPath;
  if (!isPinned(root, tool)) return undefined;
  const program = tool.program(join(toolFolder(root, tool), 'node_modules'));
  return program && existsSync(program) ? program : undefined;
}

/**
 * @param {Workspace} workspace
 * @param {Tool} tool
 */
async function getTool(workspace, tool) {
  if (!isPinned(workspace.root, tool)) throw notForThisPlatform(tool);
  // Not by mkdtemp, whose folders are closed to all others: services may run as a user of their
  // own.
  const folder = join(toolchainHome(workspace.root), `installing-${randomUUID()}`);
  mkdirSync(folder);
  try {
    await step(workspace, titleOf(workspace.root, tool), () => install(workspace, tool, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Installs in a folder beside the final one and renames it, so that a folder of the final name is
 * always whole.
 * @param {Workspace} workspace
 * @param {Tool} tool
 * @param {string} folder
 */
async function install(workspace, tool, folder) {
  const { root } = workspace;
  cpSync(lockFolder(root, tool), folder, { recursive: true });
  const { succeeded, output } = await runLogged(workspace, 'npm', ['ci'], {
    cwd: folder,
    env: withoutOuterNpm(process.env),
  });
  if (!succeeded)
    throw failure(workspace, `get ${titleOf(root, tool)} from the npm registry`, output, TRY_AGAIN);
  const program = tool.program(join(folder, 'node_modules'));
  if (!program || !(await runs(program))) throw notForThisPlatform(tool);
  rmSync(toolFolder(root, tool), { recursive: true, force: true });
  renameSync(folder, toolFolder(root, tool));
}

/** @param {string} program */
async function runs(program) {
  const ending = await runQuietly(program, ['--version']).catch(() => undefined);
  return ending?.code === 0;
}

/** @param {Tool} tool */
function notForThisPlatform(tool) {
  return new SetUpError(
    `There is no ${tool.title} here for ${process.platform} on ${process.arch}: ${tool.otherwise}.`,
  );
}

/**
 * @param {string} root
 * @param {Tool} tool
 */
const lockFolder = (root, tool) => join(root, 'tools/toolchain', tool.lockFolder);

/**
 * @param {string} root
 * @param {Tool} tool
 */
const titleOf = (root, tool) => `${tool.title} ${pinnedVersion(root, tool)}`;

/**
 * @param {string} root
 * @param {Tool} tool
 */
const toolFolder = (root, tool) =>
  join(toolchainHome(root), `${tool.name}-${pinnedVersion(root, tool)}`);

/**
 * @param {string} root
 * @param {Tool} tool
 * @returns {string}
 */
function pinnedVersion(root, tool) {
  const { dependencies } = JSON.parse(
    readFileSync(join(lockFolder(root, tool), 'package.json'), 'utf8'),
  );
  return String(Object.values(dependencies)[0]);
}

// ---- .toolchain/bin

/**
 * @param {string} root
 * @param {Tool} tool
 */
const linkOf = (root, tool) => join(toolchainHome(root), 'bin', tool.name);

/**
 * Relative within the checkout, so that the checkout can be moved.
 * @param {string} root
 * @param {Tool} tool
 * @param {string} program
 */
function linkTarget(root, tool, program) {
  return program.startsWith(toolchainHome(root))
    ? relative(dirname(linkOf(root, tool)), program)
    : program;
}

/**
 * @param {string} root
 * @param {Tool} tool
 * @param {string | undefined} program
 */
function isLinked(root, tool, program) {
  if (program === undefined) return false;
  try {
    accessSync(linkOf(root, tool), constants.X_OK);
    return readlinkSync(linkOf(root, tool)) === linkTarget(root, tool, program);
  } catch {
    return false;
  }
}

/**
 * @param {string} root
 * @param {Tool} tool
 * @param {string | undefined} program
 */
function link(root, tool, program) {
  if (program === undefined || isLinked(root, tool, program)) return;
  const path = linkOf(root, tool);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(linkTarget(root, tool, program), `${path}.new`);
  renameSync(`${path}.new`, path);
}
