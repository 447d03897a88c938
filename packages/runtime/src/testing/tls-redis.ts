import { spawnSync } from 'node:child_process';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import {
  LOCALHOST_CERTIFICATE,
  LOCALHOST_KEY,
} from '../../../libby-client/src/testing/localhost-certificate.ts';

const REDIS_SERVER = 'redis-server';
/** The container's Redis speaks TLS too, but on a port of its own that nobody publishes. */
export const hasTlsRedis = spawnSync(REDIS_SERVER, ['--version']).status === 0;

export interface TlsRedis extends AsyncDisposable {
  /** By TLS, with a certificate that only `certificateFile` vouches for. */
  readonly url: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** A Redis that speaks TLS and, where wished, asks its clients for a certificate that it trusts. */
export async function startTlsRedis({ asksClients = false } = {}): Promise<TlsRedis> {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await mkdtempDisposable(join(tmpdir(), 'tls-redis-')));
  const [certificateFile, keyFile] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
  await Promise.all([
    writeFile(certificateFile, LOCALHOST_CERTIFICATE),
    writeFile(keyFile, LOCALHOST_KEY),
  ]);
  const server = stack.use(await startRedis({ own: true }));
  const port = server.port + 1;
  const settings = {
    'tls-cert-file': certificateFile,
    'tls-key-file': keyFile,
    'tls-ca-cert-file': certificateFile,
    'tls-auth-clients': asksClients ? 'yes' : 'no',
    'tls-port': String(port),
  };
  const admin = new Redis(server.url);
  await admin.call('CONFIG', 'SET', ...Object.entries(settings).flat());
  admin.disconnect();
  const dispose = () => stack.disposeAsync();
  return {
    url: `rediss://localhost:${port}`,
    certificateFile,
    keyFile,
    [Symbol.asyncDispose]: dispose,
  };
}
