import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Campaign, parseCampaign } from '@libby-dialer/dialing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refuseExampleNumbers } from './example-numbers.ts';

let folder: string;
let campaign: Campaign;
let lineless: Campaign;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'example-numbers-'));
  const verdict = parseCampaign({
    id: 'spring',
    fromPhoneNumber: '+15055550100',
    defaultCountry: 'US',
    defaultName: 'there',
  });
  if (!verdict.ok) throw new Error(verdict.problems.join());
  campaign = verdict.campaign;
  // Every number that a test may hold is an example, a line's too.
  lineless = { ...campaign, fromPhoneNumber: [] };
});

afterAll(() => rm(folder, { recursive: true }));

async function check(name: string, text: string): Promise<void> {
  const path = join(folder, name);
  await writeFile(path, text);
  await refuseExampleNumbers({ list: path }, lineless);
}

describe('a list for the real API', () => {
  test('may not have an example for its line', async () => {
    await expect(refuseExampleNumbers({ list: join(folder, 'any.csv') }, campaign)).rejects.toThrow(
      'fromPhoneNumber',
    );
  });

  test('may not hold an example, however it is written', async () => {
    await expect(check('a.csv', 'Mobile\n911\n(505) 555-0123\n')).rejects.toMatchObject({
      kind: 'invalid',
    });
    await expect(check('b.csv', 'Mobile\n911\n(505) 555-0123\n')).rejects.toThrow(
      /^In .*b\.csv row 3 holds/,
    );
    await expect(check('c.ndjson', '{"toPhoneNumber":"+15055550199"}\n')).rejects.toThrow(
      /^In .* record 1 holds/,
    );
  });

  test('may not hold one below a title either', async () => {
    const path = join(folder, 'titled.csv');
    await writeFile(path, 'Jos\xe9\n\nMobile\n505-555-0123\n', 'latin1');
    const reading = { headerRow: 3, encoding: 'windows-1252' } as const;
    await expect(refuseExampleNumbers({ list: path, reading }, lineless)).rejects.toThrow('row 4');
  });

  test('passes without', async () => {
    await expect(check('d.csv', 'Mobile\n911\n')).resolves.toBeUndefined();
  });

  test('must be there and be readable', async () => {
    const missing = refuseExampleNumbers({ list: join(folder, 'none.csv') }, lineless);
    await expect(missing).rejects.toMatchObject({ kind: 'invalid' });
    await expect(check('e.csv', '')).rejects.toMatchObject({ kind: 'invalid' });
  });
});
