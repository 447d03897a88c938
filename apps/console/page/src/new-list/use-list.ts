import type { ListJson } from '@libby-dialer/http-api';
import { useQuery } from '@tanstack/react-query';
import { asking } from '../live/queries.ts';

/** Work goes on whether anybody looks or not. */
const WORKING_REFRESH_MS = 500;

/**
 * An uploaded list, looked at often while it is worked on.
 * @param idleRefreshMs how often while it is not; left out: no more
 */
export function useList(list: string, idleRefreshMs?: number) {
  return useQuery({
    ...asking('GET /lists/{list}', { params: { list } }),
    refetchInterval: ({ state }) =>
      isWorkedOn(state.data) ? WORKING_REFRESH_MS : (idleRefreshMs ?? false),
  });
}

function isWorkedOn(list: ListJson | undefined): boolean {
  return list?.work?.state === 'running';
}
