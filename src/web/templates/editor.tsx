import { useQuery } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { useState } from 'react';
import type { EditedFile, EditedTemplate } from '../../api/shapes/templates.ts';
import { isConflict, type Problem, put } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { confirm } from '../shell/dialog.tsx';
import { useShortcuts } from '../shell/keys.tsx';
import { Page } from '../shell/page.tsx';
import { usePathId } from '../shell/path-id.ts';
import { ProblemNote } from '../shell/problem-note.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { useLacking } from '../shell/viewer.ts';
import { useActivate } from './actions.ts';
import { type Draft, useDraft } from './draft.ts';
import { EditingContext } from './editing.tsx';
import { EditorActions } from './editor-actions.tsx';
import { FutureOnly, MergedNote, ReadOnlyNote, readOnlyReason } from './notices.tsx';
import { distinct } from './places.ts';
import type { PreviewFor } from './preview-pane.tsx';
import { usePreview } from './previewed.ts';
import { ProblemLinks } from './problem-links.tsx';
import { templateQuery } from './queries.ts';
import { TemplateBadge } from './template-badge.tsx';
import { useWhere } from './where.ts';
import { Workbench } from './workbench.tsx';

/** `/templates/$id?step=3&pane=preview`. */
export function TemplateEditor() {
  const id = usePathId();
  const query = useQuery(templateQuery(id));
  if (query.data) return <Editor key={id} saved={query.data} />;
  return (
    <Page title="Sequence template">
      <QueryState query={query}>{() => null}</QueryState>
    </Page>
  );
}

function Editor({ saved }: { saved: EditedTemplate }) {
  const draft = useDraft(saved);
  const where = useWhere();
  const [shownFor, setShownFor] = useState<PreviewFor>({ contactId: null, startDay: '' });
  const readOnly = readOnlyReason(saved, useLacking('templates:write'));
  const { preview, problems = saved.problems, refusal } = usePreview(saved.id, draft.file, shownFor);
  const activate = useActivate();
  const save = useSave(saved.id, draft);
  const keep = () => {
    activate.forget(); // its list was of the version before
    void save.run(draft.file);
  };
  useLeaving(draft.isDirty);
  useShortcuts([{ key: 'mod+s', does: 'Save the template', run: () => draft.isDirty && readOnly === null && keep() }]);
  const problem = save.problem ?? activate.problem;
  const editing = {
    file: draft.file,
    change: readOnly === null ? draft.change : () => undefined,
    isReadOnly: readOnly !== null,
    problems: distinct(problems),
    isAsked: problem !== null || saved.status === 'ACTIVE',
    preview,
  };
  return (
    <EditingContext value={editing}>
      <Page
        title={draft.file.name ?? 'Untitled'}
        badge={<TemplateBadge status={saved.status} />}
        description={readOnly === null && <FutureOnly open={saved.open_sequences} />}
        actions={
          <EditorActions
            {...{ saved, readOnly, activate }}
            isDirty={draft.isDirty}
            isSaving={save.isBusy}
            onSave={keep}
          />
        }
      >
        {readOnly !== null && <ReadOnlyNote reason={readOnly} />}
        {draft.isMerged && <MergedNote onDiscard={draft.discard} />}
        {problem && !(draft.isMerged && isConflict(problem)) && (
          <Refusal title={save.problem ? 'Not saved' : 'Not activated yet'} problem={problem} onGoTo={where.goTo} />
        )}
        <Workbench where={where} shownFor={shownFor} onShowFor={setShownFor} refusal={refusal} />
      </Page>
    </EditingContext>
  );
}

interface RefusalProps {
  title: string;
  problem: Problem;
  onGoTo: (path: string) => void;
}

const Refusal = ({ title, problem, onGoTo }: RefusalProps) =>
  problem.errors.length > 0 ? (
    <ProblemLinks title={title} problems={distinct(problem.errors)} onGoTo={onGoTo} />
  ) : (
    <ProblemNote problem={problem} title={title} />
  );

/** Onto the version it was made from; what is typed meanwhile stays. */
const useSave = (id: string, { version, landed }: Draft) =>
  useAction({
    act: async (file: EditedFile) => {
      const answer = await put<EditedTemplate>(`/app/api/templates/${id}`, { ...file, made_on: version });
      landed(answer, file);
      return answer;
    },
    done: () => 'Saved.',
    touches: ['templates', 'campaigns'],
    showsProblem: true,
  });

/** Asks before unsaved changes are lost, also when the tab is closed. */
function useLeaving(isDirty: boolean): void {
  useBlocker({
    enableBeforeUnload: () => isDirty,
    shouldBlockFn: async ({ current, next }) => {
      if (!isDirty || current.pathname === next.pathname) return false;
      const leaves = await confirm({
        title: 'Leave without saving?',
        body: 'What you changed in this template is lost.',
        verb: 'Leave',
        isDangerous: true,
      });
      return !leaves;
    },
  });
}
