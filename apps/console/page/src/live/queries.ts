import { ApiError } from '@libby-dialer/api-client';
import type { ApiAnswer, ApiRequest, ApiRoute } from '@libby-dialer/http-api';
import { MutationCache, QueryCache, QueryClient, queryOptions } from '@tanstack/react-query';
import { client } from './api.ts';

export const WHOAMI = 'GET /whoami';

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: onRefusal }),
  mutationCache: new MutationCache({ onError: onRefusal }),
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

/** The console does not know who asks. */
export function isUnknownCaller(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'unknown_caller';
}

function onRefusal(error: unknown): void {
  if (isUnknownCaller(error)) askWhoAmI();
}

/** A log-in may have come to its end meanwhile; then whoever looks on is asked to log in again. */
export function askWhoAmI(): void {
  void queryClient.invalidateQueries({ queryKey: [WHOAMI] });
}

/** Somebody else looks on now: nothing of before is shown, all is asked for anew. */
export async function forgetAll(): Promise<void> {
  await queryClient.resetQueries();
}

/** After something has changed: what is shown is asked for again. */
export async function askAgain(): Promise<void> {
  await queryClient.invalidateQueries();
}
