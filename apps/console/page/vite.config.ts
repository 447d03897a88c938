import { defineConfig } from 'vite';

/** The console that a page under development asks: `./bin/console`, unless told otherwise. */
const CONSOLE = 'http://127.0.0.1:8700';

export default defineConfig({
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
