import { describe, expect, it } from 'vitest';
import { localUser, requireRole } from './caller.ts';

describe('localUser', () => {
  it.each(['127.0.0.1', 'localhost', '::1'])('is whoever reaches %s', async (host) => {
    const caller = await localUser(host)(new Request('http://127.0.0.1/'));
    expect(caller?.role).toBe('admin');
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', 'dialer.example'])(
    'cannot be told at %s: it is not listened there',
    (host) => {
      expect(() => localUser(host)).toThrow(expect.objectContaining({ code: 'access_undefined' }));
    },
  );
});

const codeOf = (...asked: Parameters<typeof requireRole>) => {
  try {
    requireRole(...asked);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('requireRole', () => {
  it('lets nobody do more than their role may', () => {
    const viewer = { name: 'ann', role: 'viewer' } as const;
    expect(codeOf(viewer, 'viewer', 'spring')).toBeUndefined();
    expect(codeOf(viewer, 'operator', 'spring')).toBe('forbidden');
    expect(codeOf({ name: 'bo', role: 'operator' }, 'admin', undefined)).toBe('forbidden');
  });

  it('lets who may push do so to their own campaigns only', () => {
    const shop = { name: 'shop', role: 'push', campaigns: ['orders'] } as const;
    expect(codeOf(shop, 'push', 'orders')).toBeUndefined();
    expect(codeOf(shop, 'push', 'spring')).toBe('forbidden');
    expect(codeOf(shop, 'viewer', 'orders')).toBe('forbidden');
    expect(codeOf(shop, 'anyone', undefined)).toBeUndefined();
  });
});
