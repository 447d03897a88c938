import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSimulator } from './simulator.ts';
import { call, payloadFor, rawCall, TO, tokenFrom } from './testing/test-caller.ts';
import { TruthFile } from './truth-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'truth-'));
});
afterEach(() => rm(folder, { recursive: true }));

const linesOf = async (path: string) => (await readFile(path, 'utf8')).split('\n');

test('an appended line is in the file, and lines keep their order', async () => {
  const path = join(folder, 'truth.ndjson');
  const truth = await TruthFile.open(path);
  await truth.append('0');
  expect(await linesOf(path)).toEqual(['0', '']);
  const later = Array.from({ length: 50 }, (_, i) => truth.append(String(i + 1)));
  await later[0];
  later.push(truth.append('51'));
  await truth.close();
  expect(await linesOf(path)).toEqual([...Array.from({ length: 52 }, (_, i) => String(i)), '']);
});

test('every request is in the truth file before its answer, whatever the answer', async () => {
  const truthFile = join(folder, 'truth.ndjson');
  await using simulator = await startSimulator({
    truthFile,
    script: [
      { match: { nth: 2 }, do: { status: 500 } },
      { match: { nth: 3 }, do: { fault: 'reset_after' } },
    ],
  });
  const token = await tokenFrom(simulator);
  const truths = async () =>
    (await linesOf(truthFile)).filter(Boolean).map((line): unknown => JSON.parse(line));
  await call(simulator, token);
  expect(await truths()).toMatchObject([
    { toPhoneNumber: TO, answer: 200, taken: true, payload: payloadFor(TO) },
  ]);
  await call(simulator, token);
  await rawCall(simulator, token);
  expect(await truths()).toEqual(simulator.calls().calls);
  expect(await truths()).toMatchObject([
    { nth: 1 },
    { answer: 500, taken: false },
    { answer: 'reset_after', taken: true },
  ]);
});

test('a truth file that cannot be opened is named', async () => {
  const truthFile = join(folder, 'missing', 'truth.ndjson');
  await expect(startSimulator({ truthFile })).rejects.toMatchObject({
    code: 'cannot_open_truth',
    message: expect.stringContaining(truthFile),
  });
});
