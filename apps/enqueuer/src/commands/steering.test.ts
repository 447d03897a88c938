import type { HoldRequest } from '@libby-dialer/dial-queue';
import { isoInstant } from '@libby-dialer/dialing';
import { Interrupted } from '@libby-dialer/runtime';
import { eventually } from '@libby-dialer/testkit';
import { describe, expect, test } from 'vitest';
import { type CommandBench, eachTest } from '../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

/** A campaign with so many calls queued; gives their ids. */
async function loaded(id: string, count: number): Promise<string[]> {
  const argv = [
    'load',
    await bench.list(`${id}.csv`, count),
    '--campaign',
    await bench.campaign(id),
  ];
  expect((await bench.run(argv)).code).toBe(0);
  return await bench.queued(id);
}

async function stateOf(id: string): Promise<string> {
  return ((await bench.json(['status', id, '--json'])) as { state: string }).state;
}

describe('pause, resume, cancel', () => {
  test('pause returns once each earlier claim is settled, and counts what went out', async () => {
    const [first = '', second = ''] = await loaded('spring', 3);
    await bench.claim('spring', first);
    await bench.claim('spring', second);
    let isDone = false;
    const pausing = bench.run(['pause', 'spring']).finally(() => {
      isDone = true;
    });
    await eventually(async () => (await stateOf('spring')) === 'paused');
    await bench.settle('spring', first, 'accepted');
    expect(isDone).toBe(false);
    await bench.settle('spring', second, 'accepted');
    expect(await pausing).toEqual({
      code: 0,
      stdout: 'spring is paused; 2 calls went out meanwhile.\n',
      stderr: '',
    });
  });

  test('an interrupted pause holds, and says what it did not wait for', async () => {
    const [first = ''] = await loaded('spring', 1);
    await bench.claim('spring', first);
    const interruption = new AbortController();
    const pausing = bench
      .run(['pause', 'spring'], { signal: interruption.signal })
      .catch((error: unknown) => error);
    await eventually(async () => (await stateOf('spring')) === 'paused');
    interruption.abort(new Interrupted('SIGINT'));
    expect(await pausing).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('spring is paused, but calls'),
    });
    expect(await stateOf('spring')).toBe('paused');
  });

  test('--all pauses and resumes every campaign, and brings no canceled one back', async () => {
    await loaded('autumn', 1);
    await loaded('spring', 1);
    await loaded('winter', 1);
    await bench.run(['cancel', 'autumn']);
    const { stdout } = await bench.run(['pause', '--all']);
    expect(stdout.split('\n').toSorted()).toEqual([
      '',
      'spring is paused; 0 calls went out meanwhile.',
      'winter is paused; 0 calls went out meanwhile.',
    ]);
    await bench.run(['resume', '--all']);
    expect(await Promise.all(['autumn', 'spring', 'winter'].map(stateOf))).toEqual([
      'canceled',
      'running',
      'running',
    ]);
    expect((await bench.run(['resume', 'autumn'])).stdout).toBe('autumn is resumed.\n');
    expect(await stateOf('autumn')).toBe('running');
  });

  test.each([[['pause']], [['cancel', 'spring', '--all']], [['resume', 'nosuch']]])(
    '%j is bad usage and does nothing',
    async (argv) => {
      const { code, stdout, stderr } = await bench.run(argv);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(await bench.redis.keys(`${bench.keys.prefix}*`)).toEqual([]);
    },
  );
});

describe('retry', () => {
  test('queues again what never rang, and only that', async () => {
    const [first = '', second = '', third = ''] = await loaded('spring', 3);
    for (const callId of [first, second, third]) await bench.claim('spring', callId);
    await bench.settle('spring', first, 'exhausted', { reason: 'connect_failed' });
    await bench.settle('spring', second, 'accepted');
    await bench.settle('spring', third, 'unknown', { reason: 'no_response' });
    expect((await bench.run(['retry', 'spring', '--outcome', 'rejected'])).stdout).toBe(
      '0 calls queued again.\n',
    );
    expect((await bench.run(['retry', 'spring', '--outcome', 'exhausted'])).stdout).toBe(
      '1 call queued again.\n',
    );
    expect(await bench.queued('spring')).toEqual([first]);
    const status = await bench.json(['status', 'spring', '--json']);
    expect(status).toMatchObject({
      pending: 1,
      outcomes: { exhausted: 0, accepted: 1, unknown: 1 },
    });
  });

  test.each(['accepted', 'unknown', 'suppressed'])('%s is refused', async (outcome) => {
    await loaded('spring', 1);
    expect(await bench.run(['retry', 'spring', '--outcome', outcome])).toMatchObject({
      code: 2,
      stdout: '',
    });
  });

  test('is refused where it would end the same way', async () => {
    await loaded('spring', 1);
    await bench.run(['cancel', 'spring']);
    const canceled = await bench.run(['retry', 'spring', '--outcome', 'canceled']);
    expect(canceled).toMatchObject({ code: 1, stderr: expect.stringContaining('resume') });
    await bench.run(['resume', 'spring']);
    await bench.run([
      'campaign',
      'put',
      await bench.campaign('spring', { expiresAt: '2020-01-01T00:00:00Z' }),
    ]);
    const expired = await bench.run(['retry', 'spring', '--outcome', 'expired']);
    expect(expired).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('expired at 2020-01-01T00:00:00.000Z'),
    });
    expect(await bench.run(['retry', 'nosuch', '--outcome', 'expired'])).toMatchObject({ code: 2 });
  });
});

/** As a worker does whose line is unknown to the API. */
async function openHold(
  { scope, reason }: Pick<HoldRequest, 'scope' | 'reason'> = {
    scope: 'line:+15055550100',
    reason: 'agent_not_found',
  },
): Promise<void> {
  const pauses = { firstPauseMs: 60_000, maxPauseMs: 60_000, retryAfterMs: 0 };
  const hold = { scope, reason, ...pauses };
  const url = 'https://phone.example/outbound';
  const cause = {
    code: 'agent_not_found',
    status: 404,
    url,
    message: 'Agent not found for this number',
  };
  await bench.queue.holds.open(hold, 'call-1', cause);
}

describe('hold', () => {
  test('list, status and release', async () => {
    await loaded('spring', 1);
    expect((await bench.run(['hold', 'list'])).stdout).toBe('Nothing is held.\n');
    await openHold();
    expect((await bench.run(['hold', 'list'])).stdout).toMatch(
      /^line:\+15055550100 +agent_not_found +for \d+ s +in /m,
    );
    expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({
      state: 'held',
      holds: [
        {
          scope: 'line:+15055550100',
          reason: 'agent_not_found',
          until: expect.stringMatching(/^20.*Z$/),
        },
      ],
    });
    expect((await bench.run(['status', 'spring'])).stdout).toContain('agent_not_found');
    const cause = {
      cause: 'agent_not_found',
      status: 404,
      url: 'https://phone.example/outbound',
      message: 'Agent not found for this number',
    };
    expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({ holds: [cause] });
    expect(await bench.json(['hold', 'list', '--json'])).toMatchObject({ holds: [cause] });
    for (const command of [['hold', 'list'], ['status'], ['status', 'spring']]) {
      expect((await bench.run(command)).stdout).toContain(
        'line:+15055550100: 404 from https://phone.example/outbound: Agent not found for this number\n',
      );
    }
    const released = await bench.run(['hold', 'release', 'line:+15055550100', '--by', 'Ada']);
    expect(released).toMatchObject({ code: 0, stdout: 'line:+15055550100 is released.\n' });
    expect(await bench.redis.xrange(bench.keys.audit, '-', '+')).toHaveLength(1);
  });

  test('of everything because Redis has lost claims says what to do', async () => {
    await loaded('spring', 1);
    await bench.queue.evidence.compare(new Map([['a server of before', 3]]), true);
    for (const command of [['hold', 'list'], ['status'], ['status', 'spring']]) {
      const { stdout } = await bench.run(command);
      expect(stdout).toMatch(/^all +evidence_lost +for \d+ s +when a person releases it$/m);
      expect(stdout).toContain('enqueuer hold release all --by');
    }
    expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({
      holds: [{ until: null }],
    });
    await bench.run(['hold', 'release', 'all', '--by', 'Ada']);
    expect((await bench.run(['hold', 'list'])).stdout).toBe('Nothing is held.\n');
  });

  test('release needs a name and a hold', async () => {
    expect(await bench.run(['hold', 'release', 'all'])).toMatchObject({ code: 2 });
    expect(await bench.run(['hold', 'release', 'all', '--by', 'Ada'])).toMatchObject({ code: 1 });
  });
});

describe('suppress', () => {
  test('adds, checks and removes, in any form of writing', async () => {
    const added = await bench.run([
      'suppress',
      'add',
      '+15055550123',
      '(505) 555-0123',
      '505-555-0124',
      '--country',
      'us',
    ]);
    expect(added).toMatchObject({ code: 0, stdout: '2 numbers added.\n' });
    const again = await bench.run(['suppress', 'add', '+15055550124', '+15055550125']);
    expect(again.stdout).toBe('1 number added, 1 number on the list already.\n');
    const checked = await bench.run(['suppress', 'check', '+15055550123', '+15055550126']);
    expect(checked.stdout).toBe('+15055550123  suppressed\n+15055550126  not on the list\n');
    const removed = await bench.run(['suppress', 'remove', '+15055550123', '+15055550126']);
    expect(removed.stdout).toBe('1 number removed, 1 number not on the list.\n');
  });

  test('what cannot be read is told by its place, all at once, and nothing is done', async () => {
    const argv = ['suppress', 'add', '+15055550123', '5055550124', '12'];
    const { code, stdout, stderr } = await bench.run(argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(
      stderr
        .trim()
        .split('\n')
        .map((line) => line.slice(0, 9)),
    ).toEqual(['Number 2:', 'Number 3:']);
    expect(stderr).not.toContain('5055550124');
    expect((await bench.run(['suppress', 'check', '+15055550123'])).stdout).toContain(
      'not on the list',
    );
  });
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
    await openHold({ scope: 'campaign:spring', reason: 'rejections' });
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
