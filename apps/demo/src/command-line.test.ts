import { UsageError } from '@libby-dialer/runtime';
import { describe, expect, test } from 'vitest';
import { HELP, parseCommandLine, readingArguments } from './command-line.ts';

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
    [
      'a.csv --campaign c.yaml --sheet May --encoding cp1252 --header-row 3'.split(' '),
      {
        kind: 'simulated',
        list: 'a.csv',
        campaign: 'c.yaml',
        reading: { sheet: 'May', encoding: 'windows-1252', headerRow: 3 },
      },
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
    [['--sheet', 'May'], 'Name your list too'],
    [['a.csv', '--campaign', 'c.yaml', '--encoding', 'x'], 'x is no encoding'],
    [['a.csv', '--campaign', 'c.yaml', '--header-row', '0'], 'the number of a row'],
    [['a.csv', '--campaign'], 'see npm start -- --help.'],
    [['--lvie'], "Unknown option '--lvie'; see npm start -- --help."],
  ])('%j is refused', (args, sentence) => {
    expect(() => parseCommandLine(args)).toThrow(UsageError);
    expect(() => parseCommandLine(args)).toThrow(sentence);
  });

  test('the help names every option', () => {
    for (const option of ['campaign', 'sheet', 'encoding', 'header-row', 'live', 'yes', 'help'])
      expect(HELP).toContain(`--${option}`);
  });

  test('the enqueuer reads the list as it was said here', () => {
    const reading = { sheet: 'May', encoding: 'windows-1252', headerRow: 3 } as const;
    expect(readingArguments(reading).join(' ')).toBe(
      '--sheet May --encoding windows-1252 --header-row 3',
    );
    expect(readingArguments()).toEqual([]);
  });
});
