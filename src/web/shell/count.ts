import { type QueryKey, type UseQueryOptions, useQuery } from '@tanstack/react-query';

/** What a question names: a number, or why there is none. */
export type Count = number | 'counting' | 'unknown';

/** Counts when a question opens, which waits for nothing; what was counted before may be long ago and is not shown. */
export function useCount<T, K extends QueryKey>(
  query: UseQueryOptions<T, Error, T, K>,
  of: (data: T) => number,
): Count {
  const { data, isError, isFetchedAfterMount } = useQuery({ ...query, refetchOnMount: 'always' });
  if (!isFetchedAfterMount) return 'counting';
  return data === undefined || isError ? 'unknown' : of(data);
}

/** Behind the noun while it has no number. */
export const insteadOf = (count: 'counting' | 'unknown'): string => (count === 'counting' ? ' (counting …)' : '');
