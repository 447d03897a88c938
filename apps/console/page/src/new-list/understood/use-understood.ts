import type { UnderstoodListJson } from '@libby-dialer/http-api';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { CampaignFile } from '../../campaigns/campaign-file.ts';
import { useSettled } from '../../kit/settled.ts';
import { client } from '../../live/api.ts';
import type { Draft } from '../draft.ts';

export interface Understood {
  readonly data: UnderstoodListJson | undefined;
  readonly error: unknown;
}

/** What the list is taken for, by the campaign as far as there is one. */
export function useUnderstood(
  list: string,
  { reading, edits: { columns } }: Draft,
  campaign: string | CampaignFile | undefined,
): Understood {
  const meant = campaign === undefined ? { columns } : { campaign };
  const body = useSettled({ ...meant, ...reading });
  return useQuery({
    queryKey: ['understand', list, body],
    queryFn: async ({ signal }) =>
      await client.request('POST /lists/{list}/understand', {
        params: { list },
        body,
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}
