import { queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import type { Counts, Session } from '../../api/shapes/session.ts';
import type { Scope } from '../../domain/scope.ts';
import { get } from '../client.ts';

export const sessionQuery = queryOptions({
  queryKey: ['session'] as const,
  queryFn: ({ signal }) => get<Session>('/app/api/session', {}, signal),
  staleTime: 60_000,
});

/** Who looks at the page. Within the frame it is always known. */
export const useViewer = (): Session => useSuspenseQuery(sessionQuery).data;

const countsQuery = queryOptions({
  queryKey: ['counts'] as const,
  queryFn: ({ signal }) => get<Counts>('/app/api/counts', {}, signal),
});

export const useCounts = (): Counts | undefined => useQuery(countsQuery).data;

/** Why the viewer may not; null when they may. */
export function useLacking(scope: Scope | undefined): string | null {
  const { scopes } = useViewer();
  return scope === undefined || scopes.includes(scope) ? null : `Your token lacks \`${scope}\``;
}
