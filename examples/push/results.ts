/**
 * Takes results, each of them until it is acknowledged; start it again at any time.
 *
 *   READER_URL=redis://reader:…@127.0.0.1:6379 \
 *     node tools/run.mjs exec node examples/push/results.ts
 */
import { hostname } from 'node:os';
import { Redis } from 'ioredis';

const STREAM = '{libby}:results';
const GROUP = 'billing'; // who shares the results; another group gets all of them as well
const CONSUMER = hostname(); // one of those who share them, always by the same name

type Entry = [id: string, fields: string[] | null];

// Without the check that asks INFO, which a reader has no right to.
const reader = new Redis(process.env['READER_URL'] ?? '', { enableReadyCheck: false });

async function join(): Promise<void> {
  try {
    await reader.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM'); // from the first result there is
  } catch (error) {
    if (!String(error).includes('BUSYGROUP')) throw error; // it is there already
  }
}

/**
 * After 0: what this consumer took before and did not acknowledge. After >: what nobody has taken.
 */
async function take(after: '0' | '>'): Promise<Entry[]> {
  const where = ['COUNT', 100, 'BLOCK', 1000, 'STREAMS', STREAM, after] as const;
  const reply = await reader.xreadgroup('GROUP', GROUP, CONSUMER, ...where);
  return reply?.[0]?.[1] ?? [];
}

/**
 * May be given the same result twice, if this ended before it was acknowledged: `callId` and
 * `revision` tell.
 */
function handle({
  externalId,
  outcome,
  reason,
}: {
  externalId?: string;
  outcome: string;
  reason: string;
}): void {
  console.log(externalId, outcome, reason);
}

await join();
for (let after: '0' | '>' = '0'; ; ) {
  const entries = await take(after);
  for (const [id, fields] of entries) {
    // None of a result that was erased in the meantime.
    if (fields !== null) handle(JSON.parse(fields[fields.indexOf('result') + 1] ?? '{}'));
    await reader.xack(STREAM, GROUP, id);
  }
  if (entries.length === 0) after = after === '0' ? '>' : '0';
}
