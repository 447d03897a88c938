import type { ListJson } from '@libby-dialer/http-api';
import { useMutation } from '@tanstack/react-query';
import { client } from '../../live/api.ts';
import { asking, queryClient } from '../../live/queries.ts';
import type { CheckBody } from '../draft.ts';

/** Somebody waits for it: of a longer list its beginning says what kind of list it is. */
const ROWS_LOOKED_AT = 100_000;

export interface CheckRequest {
  readonly body: CheckBody;
  readonly isWhole: boolean;
}

/** Begins a check; how far it is, and what it found, is told with the list. */
export function useListCheck(list: string) {
  return useMutation({
    mutationFn: async ({ body, isWhole }: CheckRequest): Promise<ListJson> =>
      await client.request('POST /lists/{list}/check', {
        params: { list },
        query: { waitSeconds: 0 },
        body: { ...body, ...(!isWhole && { mostRows: ROWS_LOOKED_AT }) },
      }),
    onSuccess: (answer) => showList(answer),
  });
}

/** At once, without asking for it again. */
export function showList(list: ListJson): void {
  const { queryKey } = asking('GET /lists/{list}', { params: { list: list.list } });
  queryClient.setQueryData(queryKey, list);
}
