import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** The console that a page under development asks: `./bin/console`, unless told otherwise. */
const CONSOLE = 'http://127.0.0.1:8700';

/** Beside each script and style a compressed copy, which is what the console sends to browsers. */
function gzipped(): Plugin {
  return {
    name: 'gzipped',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        for (const file of Object.values(bundle).filter(isText)) {
          const source = gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 });
          this.emitFile({ type: 'asset', fileName: `${file.fileName}.gz`, source });
        }
      },
    },
  };
}

function isText({ fileName }: { readonly fileName: string }): boolean {
  return /\.(?:js|css)$/.test(fileName);
}

export default defineConfig({
  plugins: [gzipped()],
  build: {
    target: 'es2022',
    // light-dark() as it is.
    cssTarget: ['chrome125', 'firefox125', 'safari17.5'],
    // What is inlined needs `data:` or `unsafe-inline` in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // All of it is 8 KB; in pieces it would come in another order each time.
    cssCodeSplit: false,
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  server: { host: '127.0.0.1', proxy: { '/api': CONSOLE } },
});
