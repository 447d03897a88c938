/**
 * Makes one file of each program, with all that it imports: it starts in a third of the time that
 * loading hundreds of files takes.
 *
 *   node tools/bundle.mjs FOLDER
 *
 * The folder must lie directly in the checkout: the programs still read Lua scripts, the page and
 * their lazily loaded libraries where these stand beside the sources.
 */
import { dirname, join, relative, sep } from 'node:path';
import { rolldown } from 'rolldown';

const root = dirname(import.meta.dirname);

const PROGRAMS = {
  worker: 'apps/worker/src/main.ts',
  enqueuer: 'apps/enqueuer/src/main.ts',
  console: 'apps/console/src/main.ts',
  simulator: 'packages/libby-simulator/src/main.ts',
};

/**
 * In our own sources `import.meta` goes on to mean the source file.
 * @type {import('rolldown').Plugin}
 */
const ownPlaces = {
  name: 'own-places',
  transform(code, id) {
    if (id.includes(`${sep}node_modules${sep}`) || !code.includes('import.meta.')) return;
    const file = JSON.stringify(`../${relative(root, id)}`);
    const folder = JSON.stringify(`/../${relative(root, dirname(id))}`);
    return code
      .replaceAll('import.meta.url', `new URL(${file}, import.meta.url).href`)
      .replaceAll('import.meta.dirname', `(import.meta.dirname + ${folder})`);
  },
};

/** What libraries in CommonJS ask for, if only to shorten a stack trace. */
const BANNER = 'const { filename: __filename, dirname: __dirname } = import.meta;';

/**
 * @param {string} name
 * @param {string} input
 * @param {string} folder
 */
async function bundle(name, input, folder) {
  await using program = await rolldown({
    input: join(root, input),
    cwd: root,
    platform: 'node',
    plugins: [ownPlaces],
  });
  await program.write({
    file: join(folder, `${name}.js`),
    format: 'esm',
    codeSplitting: false,
    banner: BANNER,
  });
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: node tools/bundle.mjs FOLDER');
for (const [name, input] of Object.entries(PROGRAMS)) await bundle(name, input, folder);
