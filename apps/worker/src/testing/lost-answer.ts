import { type FaultProxy, startFaultProxy } from '@libby-dialer/testkit';

/**
 * A proxy before Redis by which the answer to the first question to the gate, and every later one,
 * is lost until it heals.
 */
export async function loseGateAnswer(
  targetPort: number,
): Promise<{ proxy: FaultProxy; isLost: Promise<void> }> {
  const asked = Promise.withResolvers<void>();
  const observe = () => ({
    sent: (chunk: Buffer) => chunk.includes('"opensAt"') && asked.resolve(),
    received: () => undefined,
    ended: () => undefined,
  });
  const proxy = await startFaultProxy({ targetPort, observe });
  return { proxy, isLost: asked.promise.then(() => proxy.inflict({ kind: 'drop_replies' })) };
}
