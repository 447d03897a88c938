import type { ApiAnswer } from '@libby-dialer/http-api';
import { useQuery } from '@tanstack/react-query';
import { Facts } from '../kit/frame/facts.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Notice } from '../kit/frame/notice.tsx';
import { Section } from '../kit/frame/page.tsx';
import { countOf, formatCount } from '../kit/words/numbers.ts';
import { sayDuration } from '../kit/words/times.ts';
import { useLive } from '../live/live-snapshot.ts';
import { asking } from '../live/queries.ts';
import { formatBytes } from './worker-words.ts';

const REFRESH_MS = 5_000;
/** Beyond this people wonder about times; hosts that follow a time server differ by less. */
const CLOCKS_AGREE_MS = 2_000;

export function RedisSection() {
  const { snapshot } = useLive();
  const { data: redis, error } = useQuery({
    ...asking('GET /redis', {}),
    refetchInterval: REFRESH_MS,
  });
  const refuses = snapshot?.redisRefuses ?? null;
  return (
    <Section title="Redis">
      <Failure error={error} />
      {refuses !== null && (
        <Notice kind="alarm" title="Nothing goes out:">
          {refuses}
        </Notice>
      )}
      {redis !== undefined && <Facts facts={factsOf(redis)} />}
    </Section>
  );
}

function factsOf(redis: ApiAnswer<'GET /redis'>) {
  const { usedBytes, peakBytes, maxBytes, replicas, uptimeSeconds, clockAheadMs } = redis;
  return [
    {
      name: 'version',
      value: redis.version ?? '–',
      note: uptimeSeconds === null ? '' : `up for ${sayDuration(uptimeSeconds * 1000)}`,
    },
    {
      name: 'memory',
      value: usedBytes === null ? '–' : formatBytes(usedBytes),
      note: memoryNote(peakBytes, maxBytes),
    },
    {
      name: 'persistence',
      value: redis.appendOnly === null ? '–' : redis.appendOnly ? 'append-only' : 'none',
      note: redis.evictionPolicy ?? '',
    },
    {
      name: 'role',
      value: redis.role === 'slave' ? 'replica' : (redis.role ?? '–'),
      note: replicas === null ? '' : countOf(replicas, 'replica'),
    },
    {
      name: 'commands a second',
      value: redis.commandsPerSecond === null ? '–' : formatCount(redis.commandsPerSecond),
      note: redis.clients === null ? '' : countOf(redis.clients, 'connection'),
    },
    {
      name: 'its clock',
      value: clockText(clockAheadMs),
      note: 'against the console’s',
    },
  ];
}

function memoryNote(peakBytes: number | null, maxBytes: number | null): string {
  const peak = peakBytes === null ? '' : `peak ${formatBytes(peakBytes)}, `;
  return `${peak}${maxBytes === null ? 'no limit' : `of ${formatBytes(maxBytes)}`}`;
}

function clockText(aheadMs: number): string {
  if (Math.abs(aheadMs) <= CLOCKS_AGREE_MS) return 'agrees';
  return `${sayDuration(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead' : 'behind'}`;
}
