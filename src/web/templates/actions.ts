import { useNavigate } from '@tanstack/react-router';
import type { EditedTemplate } from '../../api/shapes/templates.ts';
import { post } from '../client.ts';
import { type Action, useAction } from '../shell/action.ts';
import { counted } from '../shell/counted.ts';
import { confirm } from '../shell/dialog.tsx';

/** A template as far as its actions need to know it. */
export interface Acted {
  id: string;
  name: string | null;
  open: number;
}

const titled = (name: string | null) => `“${name ?? 'Untitled'}”`;
const at = (id: string, verb: string) => `/app/api/templates/${id}/${verb}`;
const touches = ['templates', 'campaigns'] as const;

/** Makes one of `file` and opens it. */
export function useMakeTemplate(): Action<object, EditedTemplate> {
  const navigate = useNavigate();
  return useAction({
    act: (file: object) => post<EditedTemplate>('/app/api/templates', file),
    done: ({ template }) => `Made ${titled(template.name)}.`,
    touches,
    after: ({ id }) => void navigate({ to: '/templates/$id', params: { id } }),
  });
}

export function useDuplicate(): Action<Acted, EditedTemplate> {
  const navigate = useNavigate();
  return useAction({
    act: ({ id }: Acted) => post<EditedTemplate>(at(id, 'duplicate')),
    done: (_, { name }) => `Duplicated ${titled(name)}.`,
    touches,
    after: ({ id }) => void navigate({ to: '/templates/$id', params: { id } }),
  });
}

export const useDeactivate = (): Action<Acted, EditedTemplate> =>
  useAction({
    act: ({ id }: Acted) => post<EditedTemplate>(at(id, 'deactivate')),
    done: (_, { name }) => `Deactivated ${titled(name)}: no new leads are enrolled.`,
    undo: (_, { id }) => post(at(id, 'activate')),
    touches,
  });

/** Its problem belongs beside the fields it names, so the caller shows it. */
export const useActivate = (): Action<Acted, EditedTemplate> =>
  useAction({
    act: ({ id }: Acted) => post<EditedTemplate>(at(id, 'activate')),
    done: (_, { name }) => `Activated ${titled(name)}.`,
    touches,
    showsProblem: true,
  });

/** Asks first, for there is no way back. */
export function useFinish(): { ask: (template: Acted) => Promise<void>; isBusy: boolean } {
  const { run, isBusy } = useAction({
    act: ({ id }: Acted) => post<EditedTemplate>(at(id, 'finish')),
    done: ({ status }, { name }) => `${titled(name)} is ${status === 'ARCHIVED' ? 'archived' : 'finishing'}.`,
    touches,
  });
  const ask = async (template: Acted) => {
    const yes = await confirm({ title: `Finish ${titled(template.name)}?`, body: finishing(template), verb: 'Finish' });
    if (yes) await run(template);
  };
  return { ask, isBusy };
}

const finishing = ({ open }: Acted): string =>
  open === 0
    ? 'No new leads. No sequence is open, so it is archived at once.'
    : `No new leads. Archived when ${counted(open, 'open sequence')} ${open === 1 ? 'ends' : 'end'}.`;

/** Asks first; open sequences must be named to be stopped. */
export function useArchive(): { ask: (template: Acted) => Promise<void>; isBusy: boolean } {
  const { run, isBusy } = useAction({
    act: ({ id, open }: Acted) => post(at(id, 'archive'), { stop_open_sequences: open > 0 }),
    done: (_, { name }) => `Archived ${titled(name)}.`,
    touches: [...touches, 'sequences', 'leads'],
  });
  const ask = async (template: Acted) => {
    const yes = await confirm({
      title: `Archive ${titled(template.name)}?`,
      body: 'Its campaigns end, and leads that still wait are not enrolled. No undo.',
      verb: 'Archive',
      isDangerous: true,
      ...(template.open > 0 ? { tick: `Stop ${counted(template.open, 'open sequence')}` } : {}),
    });
    if (yes) await run(template);
  };
  return { ask, isBusy };
}
