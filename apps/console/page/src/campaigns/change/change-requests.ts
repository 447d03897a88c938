import { ApiError } from '@libby-dialer/api-client';
import type { ApiAnswer } from '@libby-dialer/http-api';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../live/api.ts';
import type { CampaignFile } from '../campaign-file.ts';

export interface StoredCampaign {
  readonly file: CampaignFile;
  /** Which edition of it that is. */
  readonly etag: string;
}

/** What is to be changed of a campaign, by somebody who has seen it like this. */
interface CampaignEdit {
  readonly stored: StoredCampaign;
  readonly edits: Partial<CampaignFile>;
}

export type ChangePreview = ApiAnswer<'PUT /campaigns/{id}'>;

/**
 * A campaign as it was when somebody began to change it, and as it is as far as is known. Null: a
 * newer version has stored it, with rules unknown here.
 */
export function useStored(id: string) {
  const { data, error, refetch } = useQuery({
    queryKey: ['the campaign to change', id],
    queryFn: async ({ signal }): Promise<StoredCampaign | null> => {
      const params = { id };
      const { campaign, etag } = await client.request('GET /campaigns/{id}', { params, signal });
      return campaign && { file: campaign, etag };
    },
    // Nothing changes under somebody's hands, unless the console says that it has.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const [seen, setSeen] = useState<StoredCampaign>();
  if (seen === undefined && data) setSeen(data);
  return { seen, stored: data, error, refetch };
}

/** What it would change; nothing is stored. */
export async function previewChange(
  edit: CampaignEdit,
  signal: AbortSignal,
): Promise<ChangePreview> {
  return await client.request('PUT /campaigns/{id}', {
    ...requestOf(edit),
    query: { dryRun: 'true' },
    signal,
  });
}

export async function putChange(edit: CampaignEdit): Promise<ChangePreview> {
  return await client.request('PUT /campaigns/{id}', requestOf(edit));
}

function requestOf({ stored: { file, etag }, edits }: CampaignEdit) {
  const body = { ...file, ...edits };
  return { params: { id: file.id }, headers: { 'if-match': etag }, body };
}

export function isChangedMeanwhile(error: unknown): boolean {
  return error instanceof ApiError && error.status === 412;
}
