import { Keys } from '@libby-dialer/dial-queue';
import type { ResultRecord } from '@libby-dialer/dialing';
import { assert, constantFrom, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CANARIES } from '../stage/canaries.ts';
import { personalDataLeaks, remainsOfErased, secretLeaks } from './leaks.ts';

const SECRETS = { 'client secret': CANARIES.clientSecret };

describe('a secret is found', () => {
  test.each([
    ['as it is', CANARIES.clientSecret],
    ['in a URL', `https://example.test/?secret=${encodeURIComponent(CANARIES.clientSecret)}`],
    ['in a form', new URLSearchParams({ client_secret: CANARIES.clientSecret }).toString()],
    ['in JSON', JSON.stringify({ nested: JSON.stringify({ secret: CANARIES.clientSecret }) })],
    ['as basic credentials', Buffer.from(`client:${CANARIES.clientSecret}`).toString('base64')],
  ])('%s', (_, text) => {
    expect(secretLeaks([{ where: 'a log', text }], SECRETS)).toContain(
      'leaks: the client secret is in a log',
    );
  });

  test('in base64, wherever it stands', () => {
    assert(
      property(
        uint8Array(),
        uint8Array(),
        constantFrom('base64', 'base64url'),
        (before, after, encoding) => {
          const text = Buffer.concat([before, Buffer.from(CANARIES.clientSecret), after]).toString(
            encoding,
          );
          expect(secretLeaks([{ where: 'a log', text }], SECRETS)).not.toEqual([]);
        },
      ),
    );
  });

  test('and not where it is not', () => {
    expect(secretLeaks([{ where: 'a log', text: 'canary-secret' }], SECRETS)).toEqual([]);
  });
});

describe('personal data', () => {
  const keys = new Keys('{chaos}');

  test.each([
    ['a number in a log', 'a log', 'called +12015550123'],
    ['a formatted number', 'a log', 'called (201) 555-0123'],
    ['a number without its plus', 'a log', 'called 12015550123'],
    ['a name in the metrics', 'the metrics', `calls{name="${CANARIES.name}"} 1`],
    [
      'a number in why a job failed',
      '{chaos}:q:spring:c123 failedReason',
      '"no answer from +12015550123"',
    ],
    [
      "a number in BullMQ's events",
      '{chaos}:q:spring:events',
      '[["1-0",["failedReason","+12015550123"]]]',
    ],
    ['a number in the ledger', '{chaos}:c:spring:ledger', '"+12015550123"'],
  ])('%s', (_, where, text) => {
    expect(personalDataLeaks([{ where, text }], keys)).toEqual([
      `leaks: a name or a number is in ${where}`,
    ]);
  });

  test.each([
    ['the job', '{chaos}:q:spring:c123 data', '"+12015550123"'],
    ['the result', '{chaos}:results', '"+12015550123"'],
    ['the kept payload', '{chaos}:c:spring:kept', CANARIES.name],
    ["the campaign's line", 'a log', `held: line:${CANARIES.line}`],
  ])('belongs in %s', (_, where, text) => {
    expect(personalDataLeaks([{ where, text }], keys)).toEqual([]);
  });

  test('is no instant that happens to have the digits', () => {
    expect(
      personalDataLeaks([{ where: 'a log', text: '{"time":1795355550129,"pid":31107}' }], keys),
    ).toEqual([]);
  });
});

describe('of somebody who was erased is found', () => {
  const NUMBER = '+12015550123';
  const erased = new Map([[NUMBER, 10]]);
  const result = { toPhoneNumber: NUMBER } as ResultRecord;
  const delivery = (atMs: number) => ({ id: '1-0', result, atMs });

  test.each([
    ['a dead letter', [{ where: '{chaos}:forward:chaos:dead', text: `"${NUMBER}"` }], []],
    ['what a webhook was sent afterwards', [], [delivery(11)]],
  ])('%s', (_, traces, deliveries) => {
    expect(remainsOfErased(traces, deliveries, erased)).toHaveLength(1);
  });

  test('not what a webhook was sent before, nor anybody else', () => {
    const others = [{ where: '{chaos}:results', text: '"+12015550124"' }];
    expect(remainsOfErased(others, [delivery(9)], erased)).toEqual([]);
  });
});
