import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BASE_PATH } from '@libby-dialer/http-api';
import type { Hono } from 'hono';

const SCHEMAS = join(import.meta.dirname, '../../../../schemas');

/** The OpenAPI document as it is checked in, and a page that is made of it. */
export function serveReference(app: Hono): void {
  const document = readFileSync(join(SCHEMAS, 'openapi.json'), 'utf8');
  app.get(`${BASE_PATH}/openapi.json`, (context) => {
    context.header('content-type', 'application/json');
    return context.body(document);
  });
}
