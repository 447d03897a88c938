import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseCommandLine } from './command-line.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'script-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('nothing given leaves every default in place', async () => {
  expect(await parseCommandLine([])).toEqual({ options: {} });
});

test('every option reaches the simulator', async () => {
  const script = join(folder, 'script.json');
  await writeFile(script, '[{"match": {"nth": 1}, "do": {"status": 500}}]');
  const text =
    '--host ::1 --port 8080 --client-id id --client-secret secret --scope a/b --other-scope c --other-scope d ' +
    `--token-lifetime-s 60 --agent +15055550100 --agent +15055550101 --latency-ms 20 --script ${script} --seed 7 ` +
    '--truth truth.ndjson --keep-calls 10 --keep-payloads 0';
  expect(await parseCommandLine(text.split(' '))).toEqual({
    options: {
      host: '::1',
      port: 8080,
      clientId: 'id',
      clientSecret: 'secret',
      scope: 'a/b',
      otherScopes: ['c', 'd'],
      tokenLifetimeS: 60,
      agents: ['+15055550100', '+15055550101'],
      latencyMs: 20,
      script: [{ match: { nth: 1 }, do: { status: 500 } }],
      seed: 7,
      truthFile: 'truth.ndjson',
      keepCalls: 10,
      keepPayloads: 0,
    },
  });
});

test.each([
  [['--prot', '1'], "Unknown option '--prot'; see --help"],
  [['--port'], "Option '--port <value>' argument missing; see --help"],
  [['--port', '-1'], "Option '--port' argument is ambiguous"],
  [['--port', '65536'], '--port must be a whole number from 0 to 65535'],
  [['--latency-ms', '1e3'], '--latency-ms must be a whole number'],
  [['--token-lifetime-s', '0'], '--token-lifetime-s must be a whole number from 1'],
  [['script.json'], "Unexpected argument 'script.json'"],
])('%j is bad usage', async (args, message) => {
  await expect(parseCommandLine(args)).rejects.toMatchObject({
    code: 'bad_usage',
    message: expect.stringContaining(message),
  });
});

test('a script that is missing, no JSON or wrong is told apart', async () => {
  const path = join(folder, 'script.json');
  const problemWith = () => parseCommandLine(['--script', path]).catch((error: unknown) => error);
  expect(await problemWith()).toMatchObject({
    code: 'bad_script',
    message: `cannot read the script ${path}`,
  });
  await writeFile(path, '[');
  expect(await problemWith()).toMatchObject({
    code: 'bad_script',
    message: `the script ${path} is not JSON`,
  });
  await writeFile(path, '[{}]');
  expect(await problemWith()).toMatchObject({
    code: 'bad_script',
    message: expect.stringContaining('rule 1, match'),
  });
});
