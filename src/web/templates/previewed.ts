import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ProblemLine } from '../../api/problems.ts';
import type { PreviewShown } from '../../api/shapes/previews.ts';
import type { EditedFile } from '../../api/shapes/templates.ts';
import { Problem, post } from '../client.ts';
import { useLacking } from '../shell/viewer.ts';
import { beginningOf } from './local-day.ts';
import type { PreviewFor } from './preview-pane.tsx';

const PAUSE_MS = 300;

interface Previewed {
  /** Of what was typed a moment ago; undefined until the first came. */
  preview: PreviewShown | undefined;
  /** What the server finds wrong with it, at the places of the file. */
  problems: readonly ProblemLine[] | undefined;
  /** Why there is none. */
  refusal: Problem | null;
}

/** The server's reading of the draft: texts, days, problems. Asked for once the typing pauses. */
export function usePreview(id: string, file: EditedFile, { contactId, startDay }: PreviewFor): Previewed {
  const [typed] = useDebouncedValue(file, PAUSE_MS);
  const isAllowed = useLacking('templates:write') === null;
  const start = startDay === '' ? undefined : new Date(beginningOf(startDay, typed.timezone)).toISOString();
  const { data, error } = useQuery({
    queryKey: ['templates', id, 'preview', typed, contactId, start],
    queryFn: () =>
      post<PreviewShown>('/app/api/sequence-templates/preview', { content: typed, contact_id: contactId, start }),
    placeholderData: keepPreviousData,
    enabled: isAllowed,
    gcTime: 60_000,
  });
  const refusal = error instanceof Problem ? error : null;
  const misshapen = refusal?.errors.map((each) => ({ ...each, path: each.path.replace(/^content\./, '') }));
  return { preview: data, problems: misshapen ?? data?.problems, refusal };
}
