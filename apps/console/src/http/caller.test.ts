import { describe, expect, it } from 'vitest';
import { requireRole } from './caller.ts';

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
    const viewer = { name: 'ann', role: 'viewer', by: 'token' } as const;
    expect(codeOf(viewer, 'viewer', 'spring')).toBeUndefined();
    expect(codeOf(viewer, 'operator', 'spring')).toBe('forbidden');
    expect(codeOf({ name: 'bo', role: 'operator', by: 'token' }, 'admin', undefined)).toBe(
      'forbidden',
    );
  });

  it('lets who may push do so to their own campaigns only', () => {
    const shop = { name: 'shop', role: 'push', campaigns: ['orders'], by: 'token' } as const;
    expect(codeOf(shop, 'push', 'orders')).toBeUndefined();
    expect(codeOf(shop, 'push', 'spring')).toBe('forbidden');
    expect(codeOf(shop, 'viewer', 'orders')).toBe('forbidden');
    expect(codeOf(shop, 'anyone', undefined)).toBeUndefined();
  });
});
