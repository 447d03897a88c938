import { ApiError } from '@libby-dialer/api-client';
import { useQuery } from '@tanstack/react-query';
import type { CampaignFile } from '../../campaigns/campaign-file.ts';
import { asking } from '../../live/queries.ts';

export const CAMPAIGN_ID = /^[a-z0-9-]{1,63}$/;

interface StoredCampaign {
  /** Undefined: there is none of this id, as far as is known. */
  readonly stored: CampaignFile | undefined;
  /** Whether there is one. */
  readonly isKnown: boolean;
  readonly error: unknown;
}

export function useStoredCampaign(id: string): StoredCampaign {
  const query = useQuery({
    ...asking('GET /campaigns/{id}', { params: { id } }),
    enabled: CAMPAIGN_ID.test(id),
  });
  const isNone = query.error instanceof ApiError && query.error.code === 'no_such_campaign';
  return {
    stored: query.data?.campaign ?? undefined,
    isKnown: isNone || (query.data !== undefined && query.data.campaign !== null),
    error: isNone ? undefined : query.error,
  };
}
