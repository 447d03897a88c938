import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { campaignToYaml, readCampaignFile } from './campaign-file.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'campaign-file-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function read(name: string, content: string) {
  const path = join(directory, name);
  await writeFile(path, content);
  return await readCampaignFile(path);
}

test('YAML and JSON say the same', async () => {
  const yaml = await read('a.yaml', '\uFEFFid: spring\nfromPhoneNumber: "+15055550100"\n');
  const json = await read('a.json', '{"id": "spring", "fromPhoneNumber": "+15055550100"}');
  expect(yaml?.campaign).toEqual(json?.campaign);
  expect(yaml?.campaign).toMatchObject({ id: 'spring', dedupeBy: 'phone' });
});

test('no such file is not an error here', async () => {
  expect(await readCampaignFile(join(directory, 'nosuch.yaml'))).toBeUndefined();
});

test.each([
  ['twice.yaml', 'id: a\nid: b\n', /unique at line 2/],
  ['open.yaml', 'id: [\n', /at line/],
  ['broken.json', '{"id": ', /is not valid JSON/],
  ['empty.yaml', '', /must hold keys and values/],
  ['number.yaml', 'id: a\nfromPhoneNumber: +15055550100\n', /fromPhoneNumber: .*quotes/],
  [
    'bomb.yaml',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'.replace(/./g, (key, index: number) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]\n`)}`,
    /alias/i,
  ],
  ['large.yaml', `# ${'x'.repeat(1024 * 1024)}\nid: a\n`, /larger than 1 MB/],
])(
  '%s: every line names the file and is a sentence of its own',
  async (name, content, expected) => {
    const error = await read(name, content).catch((error: unknown) => error as Error);
    expect(error).toMatchObject({ kind: 'invalid', message: expect.stringMatching(expected) });
    const lines = (error as Error).message.split('\n');
    expect(lines.every((line) => line.startsWith(`${join(directory, name)}: `))).toBe(true);
  },
);

test('a directory is no campaign file', async () => {
  await expect(readCampaignFile(directory)).rejects.toMatchObject({ kind: 'invalid' });
});

test('a campaign is shown with each of its rules on a line, and can be read again', async () => {
  const rules = [
    'pacing: { callsPerSecond: 2 }',
    'lines: { maxConcurrentCalls: 5, assumedCallSeconds: 180 }',
    'frequencyCap: { calls: 3, hours: 36 }',
  ];
  const file = await read(
    'rules.yaml',
    `id: a\nfromPhoneNumber: "+15055550100"\n${rules.join('\n')}\n`,
  );
  if (file === undefined) throw new Error('there is no file');
  const shown = await campaignToYaml(file.campaign);
  for (const rule of rules) expect(shown.split('\n')).toContain(rule);
  expect((await read('again.yaml', shown))?.campaign).toEqual(file.campaign);
});
