import type { ApiAnswer, ApiRequest, ApiRoute } from '@libby-dialer/http-api';
import { QueryClient, queryOptions } from '@tanstack/react-query';
import { client } from './api.ts';

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: false, staleTime: 2000 } },
});

/** A GET, for `useQuery`: `useQuery(asking('GET /holds', {}))`. */
export function asking<Name extends ApiRoute & `GET ${string}`>(
  route: Name,
  given: ApiRequest<Name>,
) {
  return queryOptions({
    queryKey: [route, given],
    queryFn: async ({ signal }): Promise<ApiAnswer<Name>> =>
      await client.request(route, ...([{ ...given, signal }] as never)),
  });
}

/** After something has changed: what is shown is asked for again. */
export async function askAgain(): Promise<void> {
  await queryClient.invalidateQueries();
}
