import { Button, Stack, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { WorkspaceShown } from '../../api/shapes/workspace.ts';
import { get, patch } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { useLeaveGuard } from '../shell/leave-guard.ts';
import { Page } from '../shell/page.tsx';
import { useProblemFocus } from '../shell/problem-focus.ts';
import { fieldProblem, ProblemNote } from '../shell/problem-note.tsx';
import { QueryState } from '../shell/query-state.tsx';
import './settings.css';
import { ZoneField } from './zone-field.tsx';

/** The workspace's name, its zone, and who stands in every footer. */
export function WorkspaceSettings() {
  const query = useQuery({
    queryKey: ['workspace'],
    queryFn: ({ signal }) => get<WorkspaceShown>('/app/api/workspace', {}, signal),
  });
  return (
    <Page title="Workspace" isNarrow>
      <QueryState query={query}>{(workspace) => <WorkspaceForm workspace={workspace} />}</QueryState>
    </Page>
  );
}

type Draft = Pick<WorkspaceShown, 'name' | 'timezone' | 'legal_name' | 'postal_address'>;

function WorkspaceForm({ workspace }: { workspace: WorkspaceShown }) {
  const [draft, setDraft] = useState<Partial<Draft>>({});
  const shown = { ...workspace, ...draft };
  const isChanged = Object.entries(draft).some(([name, value]) => value !== workspace[name as keyof Draft]);
  useLeaveGuard(isChanged);
  const save = useAction({
    act: () => patch<WorkspaceShown>('/app/api/workspace', draft),
    done: () => 'Saved the workspace.',
    touches: ['workspace', 'session'],
    showsProblem: true,
    after: () => setDraft({}),
  });
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const form = useProblemFocus(save.problem);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save.run();
  };
  const of = (path: string) => fieldProblem(save.problem, path);
  return (
    <form ref={form} onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          label="Name"
          required
          value={shown.name}
          error={of('name')}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <ZoneField
          label="Time zone"
          description="New templates and accounts start with it; times are shown in it where no other counts"
          value={shown.timezone}
          error={of('timezone')}
          onChange={(timezone) => set({ timezone })}
        />
        <TextInput
          label="Legal name"
          description="Every email’s footer shows it. Campaigns with a real account need it."
          value={shown.legal_name}
          error={of('legal_name')}
          onChange={(event) => set({ legal_name: event.currentTarget.value })}
        />
        <Textarea
          label="Postal address"
          description="Every email’s footer shows it. Campaigns with a real account need it."
          autosize
          minRows={2}
          value={shown.postal_address}
          error={of('postal_address')}
          onChange={(event) => set({ postal_address: event.currentTarget.value })}
        />
        <ProblemNote problem={save.problem} shownElsewhere={['name', 'timezone', 'legal_name', 'postal_address']} />
        <FormButtons isChanged={isChanged} isBusy={save.isBusy} onDiscard={() => setDraft({})} />
      </Stack>
    </form>
  );
}

interface FormButtonsProps {
  isChanged: boolean;
  isBusy: boolean;
  onDiscard: () => void;
}

/** Of a form that is a page: save, or go back to what stands. */
export const FormButtons = ({ isChanged, isBusy, onDiscard }: FormButtonsProps) => (
  <div className="form-buttons">
    <ActionButton type="submit" scope="settings:write" why={isChanged ? null : 'Nothing has changed'} isBusy={isBusy}>
      Save
    </ActionButton>
    {isChanged && (
      <Button variant="subtle" color="gray" onClick={onDiscard}>
        Discard changes
      </Button>
    )}
  </div>
);
