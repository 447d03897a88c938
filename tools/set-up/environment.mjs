/**
 * The environment of what we start: the workspace's programs first on the PATH, and nothing left
 * over from an outer npm.
 */
import { delimiter, join } from 'node:path';

/** How the registry is reached: somebody's own choice, which an inner npm needs as well. */
const REGISTRY_ACCESS =
  /^npm_config_(registry|cache|proxy|https_proxy|noproxy|ca|cafile|strict_ssl|userconfig|globalconfig|.*[:/].*)$/;

/**
 * `npm test` describes itself to its script in npm_* variables; an inner npm would take them for
 * orders (where to install, what to leave out).
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function withoutOuterNpm(env) {
  const kept = Object.entries(env).filter(
    ([name]) => !name.startsWith('npm_') || REGISTRY_ACCESS.test(name),
  );
  return Object.fromEntries(kept);
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} root
 * @returns {NodeJS.ProcessEnv}
 */
export function withWorkspacePath(env, root) {
  const folders = [join(root, '.toolchain/bin'), join(root, 'node_modules/.bin')];
  return { ...env, PATH: [...folders, env['PATH']].filter(Boolean).join(delimiter) };
}
