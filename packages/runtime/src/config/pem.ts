import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Secret } from './secret.ts';
import { parsed, problem, type VariableType } from './variable-types.ts';

const ONE_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** One certificate or several after another, as PEM. */
export function pemCertificates(): VariableType<string> {
  return parsed((value) => {
    const certificates = value.match(ONE_CERTIFICATE) ?? [];
    const isUsable =
      certificates.length > 0 &&
      certificates.every((text) => succeeds(() => new X509Certificate(text)));
    return isUsable ? value : problem('must be a certificate in PEM (-----BEGIN CERTIFICATE-----)');
  });
}

/** A private key without a passphrase, as PEM. */
export function pemKey(): VariableType<Secret> {
  return parsed((value) => {
    if (/ENCRYPTED/.test(value))
      return problem('must not need a passphrase; store the key without one');
    return succeeds(() => createPrivateKey(value))
      ? new Secret(value)
      : problem('must be a private key in PEM (-----BEGIN PRIVATE KEY-----)');
  });
}

/** Both must have been checked before. The first certificate is the one that is shown. */
export function matchesCertificate(key: Secret, certificates: string): boolean {
  return new X509Certificate(certificates).checkPrivateKey(createPrivateKey(key.reveal()));
}

function succeeds(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
