import { describe, expect, it } from 'vitest';
import { type ApiRoute, api } from './api.ts';
import { mayUse } from './role.ts';
import type { Route } from './route.ts';

const routes = Object.entries(api) as [ApiRoute, Route][];

describe('the contract', () => {
  it.each(routes)('%s says which values stand in its path', (name, { params }) => {
    const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, key]) => key);
    expect(Object.keys(params?.shape ?? {})).toEqual(inPath);
  });

  it.each(routes)('%s changes nothing where it is a GET', (name, { body, role }) => {
    if (!name.startsWith('GET ')) return;
    expect(body).toBeUndefined();
    expect(role).not.toBe('push');
  });

  it('lets viewers change nothing', () => {
    const open = routes.filter(([, { role }]) => mayUse('viewer', role)).map(([name]) => name);
    expect(open.filter((name) => !name.startsWith('GET '))).toEqual([
      'POST /calls/find',
      'POST /do-not-call/check',
      'POST /session',
      'DELETE /session',
    ]);
  });

  it('lets who may only push do nothing else', () => {
    const open = routes.filter(([, { role }]) => mayUse('push', role)).map(([name]) => name);
    expect(open).toEqual([
      'POST /campaigns/{id}/calls',
      'POST /session',
      'DELETE /session',
      'GET /whoami',
    ]);
  });
});
