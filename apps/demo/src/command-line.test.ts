import { UsageError } from '@libby-dialer/runtime';
import { describe, expect, test } from 'vitest';
import { HELP, parseCommandLine } from './command-line.ts';

describe('the arguments of npm start', () => {
  test.each([
    [[], { kind: 'example' }],
    [['--help'], { kind: 'help' }],
    [['a.csv', '--campaign', 'c.yaml'], { kind: 'simulated', list: 'a.csv', campaign: 'c.yaml' }],
    [
      ['--campaign=c.yaml', 'a.csv', '--live'],
      { kind: 'live', list: 'a.csv', campaign: 'c.yaml', confirmed: false },
    ],
    [
      ['a.csv', '--campaign', 'c.yaml', '--live', '--yes'],
      { kind: 'live', list: 'a.csv', campaign: 'c.yaml', confirmed: true },
    ],
  ])('%j', (args, command) => {
    expect(parseCommandLine(args)).toEqual(command);
  });

  test.each([
    [['a.csv'], 'Name the campaign file too'],
    [['--campaign', 'c.yaml'], 'Name your list too'],
    [['--live'], 'Name your list too'],
    [['a.csv', 'b.csv', '--campaign', 'c.yaml'], 'One list at a time'],
    [['a.csv', '--campaign', 'c.yaml', '--yes'], '--yes only goes with --live'],
    [['-', '--campaign', 'c.yaml'], 'more than once'],
    [['a.csv', '--campaign'], 'see npm start -- --help.'],
    [['--lvie'], "Unknown option '--lvie'; see npm start -- --help."],
  ])('%j is refused', (args, sentence) => {
    expect(() => parseCommandLine(args)).toThrow(UsageError);
    expect(() => parseCommandLine(args)).toThrow(sentence);
  });

  test('the help names every option', () => {
    for (const option of ['--campaign', '--live', '--yes', '--help'])
      expect(HELP).toContain(option);
  });
});
