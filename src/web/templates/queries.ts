import { queryOptions } from '@tanstack/react-query';
import type { MemberList } from '../../api/shapes/members.ts';
import type { EditedTemplate } from '../../api/shapes/templates.ts';
import { get } from '../client.ts';

export const templateQuery = (id: string) =>
  queryOptions({
    queryKey: ['templates', id] as const,
    queryFn: ({ signal }) => get<EditedTemplate>(`/app/api/templates/${id}`, {}, signal),
  });

/** Who tasks can be given to. */
export const membersQuery = queryOptions({
  queryKey: ['members'] as const,
  queryFn: ({ signal }) => get<MemberList>('/app/api/members', {}, signal),
});
