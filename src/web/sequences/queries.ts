import { queryOptions } from '@tanstack/react-query';
import type { SequenceDetailShown } from '../../api/shapes/sequences.ts';
import { get } from '../client.ts';

export type StepShown = SequenceDetailShown['steps'][number];

export const sequenceQuery = (id: string) =>
  queryOptions({
    queryKey: ['sequences', id] as const,
    queryFn: ({ signal }) => get<SequenceDetailShown>(`/v1/sequences/${encodeURIComponent(id)}`, {}, signal),
    meta: { often: true },
  });
