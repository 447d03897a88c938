/**
 * Pushes its share of the entries, and writes down what it was told of each: run by `night-run.ts`.
 * Arguments: Redis's URL, how many entries there are in all, how many producers, which of them this
 * is, the file.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CallProducer, InboxFullError } from '@libby-dialer/call-producer';
import { Redis } from 'ioredis';
import { INBOX_CAMPAIGN, isBad, isPushedTwice, keyOfEntry, numberOf, PREFIX } from './plan.ts';

const ENTRIES_AT_ONCE = 200;
const WHILE_IT_IS_FULL_MS = 100;

const [url = '', entries, producers, self, file = ''] = process.argv.slice(2);
const [total, crowd, own] = [Number(entries), Number(producers), Number(self)];

const mine = Array.from({ length: total }, (_, index) => index).filter(
  (index) => index % crowd === own || (isPushedTwice(index) && (index + 1) % crowd === own),
);
const redis = new Redis(url);
await using producer = new CallProducer({ redis, prefix: PREFIX, mostWaiting: 20_000 });
for (let from = 0; from < mine.length; from += ENTRIES_AT_ONCE) {
  const indexes = mine.slice(from, from + ENTRIES_AT_ONCE);
  const good = indexes.filter((index) => !isBad(index));
  const ids = await pushed(good.map((index) => recordOf(index)));
  // The producer would refuse these, so they are pushed as any other language would.
  const bad = indexes.filter(isBad);
  const badIds = await Promise.all(bad.map((index) => pushBad(index)));
  const lines = [
    ...good.map((index, at) => [ids[at], index]),
    ...bad.map((index, at) => [badIds[at], index]),
  ];
  appendFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
redis.disconnect();

async function pushed(records: ReturnType<typeof recordOf>[]): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < records.length) {
    try {
      ids.push(...(await producer.addMany(INBOX_CAMPAIGN, records.slice(ids.length))));
    } catch (error) {
      if (!(error instanceof InboxFullError)) throw error;
      ids.push(...error.pushed);
      await sleep(WHILE_IT_IS_FULL_MS);
    }
  }
  return ids;
}

function recordOf(index: number) {
  return {
    name: 'Ann',
    toPhoneNumber: numberOf(index),
    externalId: keyOfEntry(index),
    formInfo: [{ Key: keyOfEntry(index) }],
  };
}

async function pushBad(index: number): Promise<string> {
  const call =
    index % 100 === 7
      ? `{"name": "${keyOfEntry(index)}"`
      : JSON.stringify({ ...recordOf(index), toPhoneNumber: '12' });
  return (await redis.xadd(`${PREFIX}:inbox`, '*', 'campaign', INBOX_CAMPAIGN, 'call', call)) ?? '';
}
