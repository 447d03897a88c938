import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Hono } from 'hono';

const FOLDER = join(import.meta.dirname, '../../page/dist');
const A_YEAR = 'public, max-age=31536000, immutable';

/**
 * The page as it was built: its assets carry a hash in their names and never change; every other
 * address is the page itself, which reads it.
 */
export function servePage(app: Hono, folder = FOLDER): void {
  if (!existsSync(join(folder, 'index.html'))) return;
  app.get('/assets/*', async (context, next) => {
    await next();
    if (context.res.ok) context.header('cache-control', A_YEAR);
  });
  app.use('*', serveStatic({ root: folder, precompressed: true }));
  app.get('*', async (context, next) => {
    const { path } = context.req;
    if (path.startsWith('/api/') || path.startsWith('/assets/')) return await next();
    context.header('cache-control', 'no-cache');
    return await serveStatic({ root: folder, path: 'index.html' })(context, next);
  });
}
