import { type LeastRole, mayUse } from '@libby-dialer/http-api/role';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { client } from '../live/api.ts';
import { isUnknownCaller, WHOAMI } from '../live/queries.ts';

/** Who looks at this page; null: nobody whom the console knows. */
const whoAmI = queryOptions({
  queryKey: [WHOAMI],
  queryFn: async ({ signal }) => {
    try {
      return await client.request(WHOAMI, { signal });
    } catch (error) {
      if (isUnknownCaller(error)) return null;
      throw error;
    }
  },
});

export function useCaller() {
  return useQuery(whoAmI);
}

/** Whether they may do what takes such a role. What they may not do is not offered. */
export function useMay(least: LeastRole): boolean {
  const { data } = useCaller();
  return data ? mayUse(data.role, least) : false;
}
