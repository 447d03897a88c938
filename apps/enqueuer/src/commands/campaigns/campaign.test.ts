import { isoInstant } from '@libby-dialer/dialing';
import { describe, expect, test } from 'vitest';
import { type CommandBench, eachTest } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

describe('campaign', () => {
  test('what show prints is what put takes', async () => {
    const settings = {
      fromPhoneNumber: ['+15055550100', '+15055550101'],
      introNotes: 'Ask {{name}}: "really?"\nThen stop.',
      customQuestions: ['yes', '08:00'],
      defaultCountry: 'NO',
      startsAt: '2026-12-01T09:00:00-07:00',
      expiresAt: '2026-12-05T02:00:00Z',
      callingWindow: { from: '09:00', to: '24:00', days: ['mon'], timezone: 'America/Denver' },
    };
    expect(
      await bench.run(['campaign', 'put', await bench.campaign('spring', settings)]),
    ).toMatchObject({
      code: 0,
      stdout: 'spring is stored.\n',
    });
    const stored = await bench.redis.hget(bench.keys.campaigns, 'spring');
    const { stdout } = await bench.run(['campaign', 'show', 'spring']);
    expect(stdout).toContain(`startsAt: "${isoInstant(Date.parse('2026-12-01T16:00:00Z'))}"`);
    await bench.redis.hdel(bench.keys.campaigns, 'spring');
    expect(
      await bench.run(['campaign', 'put', await bench.file('shown.yaml', stdout)]),
    ).toMatchObject({ code: 0 });
    expect(JSON.parse((await bench.redis.hget(bench.keys.campaigns, 'spring')) ?? '')).toEqual(
      JSON.parse(stored ?? ''),
    );
  });

  test('list shows all in order; what is not there is bad usage', async () => {
    expect((await bench.run(['campaign', 'list'])).stdout).toBe('There is no campaign yet.\n');
    await bench.run(['campaign', 'put', await bench.campaign('spring')]);
    await bench.run(['campaign', 'put', await bench.campaign('autumn')]);
    expect((await bench.run(['campaign', 'list'])).stdout).toBe(
      'CAMPAIGN  STATE    LINES\nautumn    waiting  +15055550100\nspring    waiting  +15055550100\n',
    );
    expect(await bench.run(['campaign', 'show', 'winter'])).toMatchObject({ code: 2, stdout: '' });
    expect(await bench.run(['campaign', 'put', 'nosuch.yaml'])).toMatchObject({
      code: 2,
      stdout: '',
    });
  });

  test('put says what it changes, and that a hold stays where that is nothing', async () => {
    const ask = (text: string) => bench.campaign('spring', { introNotes: text });
    await bench.run(['campaign', 'put', await ask('Ask {{name}}')]);
    await bench.openHold({ scope: 'campaign:spring', reason: 'rejections' });
    expect((await bench.run(['campaign', 'put', await ask('Ask {{name}}')])).stdout).toBe(
      'spring is stored like that already: nothing is changed.\n' +
        'campaign:spring stays held (rejections): mend the file, or "enqueuer hold release campaign:spring --by <you>".\n',
    );
    expect((await bench.run(['campaign', 'put', await ask('Ask')])).stdout).toBe(
      'spring is stored.\n  introNotes: "Ask {{name}}" → "Ask"\n',
    );
    expect((await bench.run(['hold', 'list'])).stdout).toBe('Nothing is held.\n');
    expect((await bench.run(['campaign', 'put', await ask('Ask')])).stdout).toBe(
      'spring is stored like that already: nothing is changed.\n',
    );
  });

  test('put asks on a terminal before it changes calls that wait, and says what it changes', async () => {
    const list = await bench.list('list.csv', 2);
    const load = ['load', list, '--campaign', await bench.campaign('spring'), '--canary', '1'];
    await bench.run(load);
    const put = ['campaign', 'put', await bench.campaign('spring', { defaultName: 'you' })];
    const no = await bench.run(put, { isTerminal: true, stdin: 'n\n' });
    expect(no).toMatchObject({ code: 1, stdout: '' });
    expect(no.stderr).toContain(
      'The file changes campaign spring as it is stored, also for 2 calls that wait:\n  defaultName: not set → "you"\nIts canary begins anew: 1 call goes first by the new one.\nChange it? [y/N] Nothing is changed.\n',
    );
    expect((await bench.run(['campaign', 'show', 'spring'])).stdout).not.toContain('defaultName');
    expect((await bench.run(put, { isTerminal: true, stdin: 'y\n' })).code).toBe(0);
    const back = ['campaign', 'put', await bench.campaign('spring')];
    expect((await bench.run([...back, '--yes'], { isTerminal: true })).stderr).toBe('');
  });

  test('a text that has no effect is worth a warning, no refusal', async () => {
    const file = await bench.campaign('spring', {
      introNotes: 'a',
      introMessage: 'b',
      introVoicemail: 'c',
    });
    const { code, stderr } = await bench.run(['campaign', 'put', file]);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^Warning: .*introNotes: has no effect/),
    });
  });
});
