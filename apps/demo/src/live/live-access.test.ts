import { ConfigError } from '@libby-dialer/runtime';
import { expect, test } from 'vitest';
import { insistOnOwnAccess } from './live-access.ts';

const ACCESS = {
  REDIS_URL: 'redis://own.example',
  LIBBY_CLIENT_ID: 'id',
  LIBBY_CLIENT_SECRET: 'secret',
};

function missingIn(variables: Record<string, string>): string[] {
  try {
    insistOnOwnAccess(variables);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ variable }) => variable);
  }
}

test('names everything that is missing at once', () => {
  expect(missingIn({})).toEqual(['REDIS_URL', 'LIBBY_CLIENT_ID', 'LIBBY_CLIENT_SECRET']);
  expect(missingIn({ ...ACCESS, REDIS_URL: '' })).toEqual(['REDIS_URL']);
});

test('takes what comes from files, and Redis by Sentinel', () => {
  expect(missingIn(ACCESS)).toEqual([]);
  const { REDIS_URL: _, LIBBY_CLIENT_SECRET: __, ...rest } = ACCESS;
  expect(
    missingIn({ ...rest, REDIS_SENTINELS: 'a:1', LIBBY_CLIENT_SECRET_FILE: '/run/secrets/libby' }),
  ).toEqual([]);
});
