import { assert, property, record, string, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Identity } from '../people/identity.ts';
import { callOf, jobOf, readData } from './call-job.ts';

const identity = new Identity(Buffer.alloc(32, 1));
const call = { to: '+15055550123', name: 'Ann', row: 1 };
const callId = identity.callId('spring', 'row:list:1');
const { name, data } = jobOf(identity, 'spring', { callId, call });
const job = { callId, name, data: readData(data), queuedAt: 0 };

describe('a job', () => {
  it('is taken for the call it was made of, whatever that holds, once it has been through Redis', () => {
    const text = string({ unit: 'binary' });
    const calls = record({
      to: text,
      name: text,
      form: tuple(tuple(text, text), tuple(text, text)),
    });
    assert(
      property(calls, text, text, (call, campaign, callId) => {
        const made = jobOf(identity, campaign, { callId, call });
        const stored = Buffer.from(made.data).toString();
        expect(
          callOf(identity, campaign, { ...job, callId, name: made.name, data: readData(stored) }),
        ).toEqual(call);
      }),
    );
  });

  it.each([
    ['a copy under another id', { ...job, callId: '17' }],
    ['with another number', { ...job, data: { ...call, to: '+15055550124' } }],
    ['with a further rule', { ...job, data: { ...call, startsAt: 1 } }],
    [
      'of another key',
      { ...job, name: jobOf(new Identity(Buffer.alloc(32, 2)), 'spring', { callId, call }).name },
    ],
  ])('is altered: %s', (_, altered) => {
    expect(callOf(identity, 'spring', altered)).toBe('altered');
  });

  it('is altered in the queue of another campaign', () => {
    expect(callOf(identity, 'autumn', job)).toBe('altered');
  });

  it('has no seal if it comes from before there were any', () => {
    expect(callOf(identity, 'spring', { ...job, name: 'call' })).toBe('unsealed');
  });

  it('of a version that knows more cannot be read, though it is sealed', () => {
    const newer = { ...call, language: 'en' };
    expect(
      callOf(identity, 'spring', {
        ...jobOf(identity, 'spring', { callId, call: newer }),
        ...job,
        data: newer,
      }),
    ).toBe('unreadable');
  });

  it.each(['{"to":', '', 'null', '[]', '"text"', '{}'])(
    'of which the data are %s cannot be read',
    (text) => {
      expect(callOf(identity, 'spring', { ...job, data: readData(text) })).toBe('unreadable');
    },
  );
});
