import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Interrupted } from '@libby-dialer/runtime';
import { describe, expect, test } from 'vitest';
import { type CommandBench, eachTest } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

/** The hour of the day in UTC, so many hours from now. */
function hour(ahead: number): string {
  return new Date(Date.now() + ahead * 3_600_000).toISOString().slice(11, 13);
}

describe('status', () => {
  test('one campaign, for people and for programs', async () => {
    const [first = '', second = ''] = await bench.loaded('spring', 3);
    await bench.placed('spring', first, 'accepted');
    await bench.claim('spring', second);
    expect((await bench.run(['status', 'spring'])).stdout).toBe(
      'spring: running\n  pending     1\n  in flight   1\n  accepted    1\n  rejected    0\n  exhausted   0\n  unknown     0\n  suppressed  0\n  expired     0\n  canceled    0\n\nno worker is running: nothing goes out until one is started (./bin/worker)\n',
    );
    expect(await bench.json(['status', 'spring', '--json'])).toEqual({
      id: 'spring',
      state: 'running',
      pending: 1,
      inFlight: 1,
      redialing: 0,
      setAside: 0,
      stuckWorkers: 0,
      workersOffPace: 0,
      unknownRules: [],
      hasIncompleteCalls: false,
      queue: 'open',
      outcomes: {
        accepted: 1,
        rejected: 0,
        exhausted: 0,
        unknown: 0,
        suppressed: 0,
        expired: 0,
        canceled: 0,
      },
      holds: [],
      at: expect.stringMatching(/^2.*Z$/),
      rate: { perSecond: null, perMinute: null },
      opensAt: null,
      eta: null,
      etaLatest: null,
      etaBy: null,
      wouldExpire: null,
      workers: 0,
      redisClockAheadSeconds: expect.any(Number),
      redisRefuses: null,
      linesFullUntil: null,
      nextCallAt: null,
    });
  });

  test('when it opens and when it will be through, by its start and its pace', async () => {
    const campaign = await bench.campaign('spring', {
      startsAt: '2999-01-01T16:00:00Z',
      pacing: { callsPerSecond: 0.01 },
    });
    await bench.run(['load', await bench.list('list.csv', 36), '--campaign', campaign]);
    expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({
      state: 'waiting',
      opensAt: '2999-01-01T16:00:00.000Z',
      eta: null,
    });
    const shown = (await bench.run(['status'])).stdout;
    expect(shown).toContain('spring opens at Tue 2999-01-01 09:00 America/Denver (16:00 UTC), in ');
  });

  test('a campaign without calls, such as one whose rows were all rejected, says what it waits for', async () => {
    const list = await bench.file('list.csv', 'Name,Phone\nAda,none\n');
    expect(
      await bench.run(['load', list, '--campaign', await bench.campaign('spring')]),
    ).toMatchObject({ code: 3 });
    expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({
      state: 'waiting',
      pending: 0,
    });
    const said =
      'it has no calls yet: load a list into it (rows that were rejected are in the rejects file of theirs)';
    expect((await bench.run(['status', 'spring'])).stdout).toContain(`\n${said}`);
    expect((await bench.run(['status'])).stdout).toContain(`\nspring: ${said}`);
    await bench.run(['load', await bench.list('good.csv', 1), '--campaign', 'spring']);
    expect((await bench.run(['status', 'spring'])).stdout).not.toContain('no calls yet');
  });

  test('waiting, also before any worker has looked, where all are out of their own hours', async () => {
    const callingWindow = { from: `${hour(12)}:00`, to: `${hour(13)}:00` };
    const list = await bench.file('list.csv', 'Name,Phone,timezone\nAda,+442079460123,Etc/UTC\n');
    await bench.run([
      'load',
      list,
      '--campaign',
      await bench.campaign('spring', { callingWindow }),
    ]);
    expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({
      state: 'waiting',
      opensAt: expect.stringContaining(`T${hour(12)}:00:00.000Z`),
    });
  });

  test('pending calls at their pace', async () => {
    const campaign = await bench.campaign('spring', { pacing: { callsPerSecond: 0.01 } });
    await bench.run(['load', await bench.list('list.csv', 36), '--campaign', campaign]);
    const status = (await bench.json(['status', 'spring', '--json'])) as {
      at: string;
      eta: string;
    };
    expect(status).toMatchObject({ etaBy: 'callsPerSecond', wouldExpire: 0, opensAt: null });
    expect(Date.parse(status.eta) - Date.parse(status.at)).toBe(3_600_000);
    expect((await bench.run(['status', 'spring'])).stdout).toContain(
      ', in 1 h, if a worker started now\nat 36 calls an hour (pacing.callsPerSecond)',
    );
  });

  test('all campaigns', async () => {
    expect(await bench.json(['status', '--json'])).toEqual([]);
    expect((await bench.run(['status'])).stdout).toBe('There is no campaign yet.\n');
    await bench.loaded('spring', 2);
    await bench.loaded('autumn', 1);
    expect(await bench.json(['status', '--json'])).toMatchObject([
      { id: 'autumn', pending: 1 },
      { id: 'spring', pending: 2 },
    ]);
    const lines = (await bench.run(['status'])).stdout.split('\n');
    expect(lines[0]).toMatch(/^CAMPAIGN {2}STATE {4}PENDING {2}IN FLIGHT {2}ACCEPTED/);
    expect(lines[1]).toMatch(/^autumn {4}running {8}1 {10}0/);
  });

  test('--watch writes each change on a line, and ends when the campaign is through', async () => {
    const [first = ''] = await bench.loaded('spring', 1);
    const watching = bench.run(['status', 'spring', '--watch']);
    await bench.placed('spring', first, 'accepted');
    const { code, stdout } = await watching;
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(/^2\S+Z spring: completed, 0 pending, 0 in flight, 1 accepted/);
    const changes = lines.map((line) => line.replace(/^\S+/, '').replace(/, [\d.]+\/s.*/, ''));
    expect(new Set(changes).size).toBe(changes.length);
  });

  test('--watch --json writes an object for each look', async () => {
    const [first = ''] = await bench.loaded('spring', 1);
    const watching = bench.run(['status', 'spring', '--watch', '--json']);
    await bench.placed('spring', first, 'accepted');
    const { code, stdout } = await watching;
    expect(code).toBe(0);
    const looks = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { at: string });
    expect(looks.at(-1)).toMatchObject({
      id: 'spring',
      state: 'completed',
      outcomes: { accepted: 1 },
    });
    expect(looks.map(({ at }) => at)).toEqual(looks.map(({ at }) => at).toSorted());
  });

  test('--watch over all campaigns goes on until it is interrupted', async () => {
    await bench.loaded('spring', 1);
    const interruption = new AbortController();
    const stdout = new PassThrough();
    const watching = bench.run(['status', '--watch', '--json'], {
      signal: interruption.signal,
      stdout,
    });
    const looks: string[] = [];
    for await (const line of createInterface(stdout)) {
      looks.push(line);
      if (looks.length === 2) interruption.abort(new Interrupted('SIGINT'));
    }
    expect(await watching).toMatchObject({ code: 130 });
    expect(looks.map((look) => (JSON.parse(look) as { id: string }[])[0]?.id)).toEqual([
      'spring',
      'spring',
    ]);
    expect(JSON.parse(looks[1] ?? '')).toMatchObject([{ rate: { perSecond: 0, perMinute: 0 } }]);
  });

  test('on a terminal --watch draws over what it has drawn', async () => {
    const [first = ''] = await bench.loaded('spring', 1);
    const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 60, rows: 20 });
    const drawn = text(stdout);
    const watching = bench.run(['status', 'spring', '--watch'], { stdout });
    await bench.placed('spring', first, 'accepted');
    expect(await watching).toMatchObject({ code: 0 });
    const frames = (await drawn)
      .replaceAll('\u001b', '^')
      .split('^[J')
      .filter((frame) => frame !== '');
    expect(frames[0]).toMatch(/^spring: (?:running|completed)\^\[K\n {2}pending/);
    expect(frames.at(-1)).toContain('spring: completed');
    for (const frame of frames.slice(1)) expect(frame).toMatch(/^\^\[\d+A\rspring/);
  });

  test.each([[['status']], [['status', '--watch']]])(
    '%j fits a terminal of 80 columns, and leaves nothing out',
    async (argv) => {
      const outcomes = [
        'accepted',
        'rejected',
        'exhausted',
        'unknown',
        'suppressed',
        'expired',
        'canceled',
      ] as const;
      const calls = await bench.loaded('spring-events-of-the-year', outcomes.length + 1);
      for (const [index, outcome] of outcomes.entries()) {
        await bench.placed('spring-events-of-the-year', calls[index] ?? '', outcome);
      }
      const interruption = new AbortController();
      const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 50 });
      const running = bench.run(argv, { stdout, signal: interruption.signal });
      let shown = '';
      for await (const chunk of stdout) {
        shown += String(chunk);
        if (shown.includes('no worker is running')) interruption.abort(new Interrupted('SIGINT'));
      }
      await running;
      // oxlint-disable-next-line no-control-regex
      const lines = shown.replaceAll(/\u001b\[\d*[KJA]\r?/g, '').split('\n');
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
      expect(shown).not.toContain('…');
      for (const outcome of outcomes) expect(shown).toContain(outcome.toUpperCase());
    },
  );

  test('no such campaign', async () => {
    expect(await bench.run(['status', 'nosuch'])).toMatchObject({ code: 2, stdout: '' });
  });
});
