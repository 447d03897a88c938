import { randomInt } from 'node:crypto';

const ATTEMPTS = 20;

/** Says that a port was taken, whoever found out and however. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

/**
 * Binds a port that nobody has by trying: two test runs at once cannot take each other's. `bind`
 * throws a PortTaken or an EADDRINUSE to be asked for another. Resolves to the port.
 *
 * The ports lie below the range from which systems take those of outgoing connections: a client
 * that keeps trying a dead server inside that range is in the end connected to itself, and the
 * server never comes back to its port.
 */
export async function onUnlikelyPort(bind: (port: number) => Promise<void>): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = randomInt(15_000, 32_000);
    try {
      await bind(port);
      return port;
    } catch (error) {
      if (!isPortTaken(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

function isPortTaken(error: unknown): boolean {
  return (
    error instanceof PortTaken ||
    (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
  );
}
