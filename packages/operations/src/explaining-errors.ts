import { DialerError, explainRedisError, type RedisConnection } from '@libby-dialer/runtime';
import { ReplyError } from 'ioredis';
import { campaignRefusal } from './campaigns/campaign-refusal.ts';

/**
 * Runs operations by a connection: what Redis objects to, also by being away, becomes one sentence
 * (`redis_failed`), and so does what the queue refuses of a campaign as a whole. Rejects with the
 * signal's reason where that has aborted.
 */
export async function explainingErrors<T>(
  connection: RedisConnection,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  let wasLost = connection.client.status !== 'ready';
  const onClose = () => {
    wasLost = true;
  };
  connection.client.on('close', onClose);
  try {
    return await work();
  } catch (error) {
    const refusal = campaignRefusal(error);
    if (refusal !== undefined) throw refusal;
    // Not told by the error's name: ioredis calls a command whose connection was lost an
    // `AbortError` too.
    signal.throwIfAborted();
    if (!(error instanceof ReplyError) && !(wasLost && isOperating(error))) throw error;
    const sentence = explainRedisError(error, connection.description);
    throw new DialerError('redis_failed', sentence, { kind: 'unavailable', cause: error });
  } finally {
    connection.client.off('close', onClose);
  }
}

/**
 * ioredis reports a lost connection by errors of many kinds and no common class; what is surely
 * none of them is ruled out.
 */
function isOperating(error: unknown): boolean {
  const isProgrammers =
    error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  return error instanceof Error && !isProgrammers && !(error instanceof DialerError);
}
