import type { DoNotCallList } from '@libby-dialer/dial-queue';
import type { Io } from './terminal/io.ts';

/**
 * Waits until no call to whom was put on the list can begin any more, and says so where it is given
 * up.
 */
export async function waitForClaims(
  { signal, stderr }: Io,
  doNotCall: DoNotCallList,
): Promise<void> {
  try {
    await doNotCall.outlastEarlierClaims(signal);
  } catch (error) {
    if (signal.aborted) {
      stderr.write(
        'The numbers are on the list, but calls claimed before may still go out within seconds.\n',
      );
    }
    throw error;
  }
}
