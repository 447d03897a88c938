import { readFileSync } from 'node:fs';
import { BASE_PATH, openApiDocument } from '@libby-dialer/http-api';
import type { Hono } from 'hono';
import { referencePage } from './reference-page.ts';

/** The API's document, and a page to read that is made of it. */
export function serveReference(app: Hono): void {
  const document = openApiDocument();
  const files = {
    'openapi.json': ['application/json', JSON.stringify(document)],
    reference: ['text/html; charset=utf-8', referencePage(document)],
    'reference.css': [
      'text/css; charset=utf-8',
      readFileSync(new URL('./reference.css', import.meta.url), 'utf8'),
    ],
  } as const;
  for (const [name, [type, text]] of Object.entries(files)) {
    app.get(`${BASE_PATH}/${name}`, (context) => {
      context.header('content-type', type);
      context.header('cache-control', 'no-cache');
      return context.body(text);
    });
  }
}
