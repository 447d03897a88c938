import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Environment } from '../config/config.ts';
import { pemCertificates } from '../config/pem.ts';
import { ConfigError } from '../errors.ts';

const NAME = 'NODE_EXTRA_CA_CERTS';

/**
 * Trusts what `NODE_EXTRA_CA_CERTS` names, from now on and for all of TLS. Node itself reads that
 * variable as the process begins, when nobody has read a `.env` file yet. Throws `ConfigError`.
 */
export function trustExtraAuthorities(environment: Environment): void {
  const file = environment[NAME];
  if (file === undefined || file === '' || getCACertificates('extra').length > 0) return;
  const certificates = pemCertificates().safeParse(read(file));
  if (!certificates.success) throw unusable('names a file without a certificate in PEM');
  setDefaultCACertificates([...getCACertificates('default'), certificates.data]);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unusable(`names a file that cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function unusable(message: string): ConfigError {
  return new ConfigError([{ variable: NAME, message }]);
}
