import { checkRedisDurability, DialerError } from '@libby-dialer/runtime';
import type { Context } from './context.ts';

/** Throws a `DialerError` (`redis_volatile`) where Redis would not keep what it acknowledges. */
export async function requireDurableRedis({ redis, config, logger }: Context): Promise<void> {
  const { problems, warnings } = await checkRedisDurability(redis, {
    allowVolatile: config.redis.allowVolatile,
  });
  for (const { message } of warnings) logger.warn(message);
  if (problems.length === 0) return;
  throw new DialerError('redis_volatile', problems.map(({ message }) => message).join('\n'));
}
