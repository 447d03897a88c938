import {
  CampaignArchivedError,
  CampaignChangedError,
  CampaignUnsupportedError,
} from '@libby-dialer/dial-queue';
import { DialerError } from '@libby-dialer/runtime';

/**
 * What a person is told where the queue has refused a campaign as a whole; undefined: it was
 * something else.
 */
export function campaignRefusal(error: unknown): DialerError | undefined {
  if (error instanceof CampaignArchivedError) return archivedError(error);
  if (error instanceof CampaignChangedError) return changedError(error);
  return error instanceof CampaignUnsupportedError ? unsupportedError(error) : undefined;
}

function archivedError(cause: CampaignArchivedError): DialerError {
  const message = `Campaign ${cause.campaign} is archived: it takes no more rows and cannot be changed; use another id.`;
  return new DialerError(cause.code, message, { kind: 'conflict', cause });
}

/**
 * Whoever acted by a definition without a rule of it might have somebody called who must not be.
 */
function unsupportedError(cause: CampaignUnsupportedError): DialerError {
  const rules = cause.unknownRules.join(', ');
  const message = `Campaign ${cause.campaign} was stored by a newer version, and this one does not know its ${rules}; upgrade this program.`;
  return new DialerError(cause.code, message, { kind: 'conflict', cause });
}

function changedError(cause: CampaignChangedError): DialerError {
  const message = `Campaign ${cause.campaign} was changed meanwhile: look at it again before you change it.`;
  return new DialerError(cause.code, message, { kind: 'conflict', cause });
}
