import { Group } from '@mantine/core';
import { IconArchive, IconCopy, IconFlag } from '@tabler/icons-react';
import type { EditedTemplate } from '../../api/shapes/templates.ts';
import type { Action } from '../shell/action.ts';
import { ActionButton, IconAction } from '../shell/action-button.tsx';
import { type Acted, useArchive, useDeactivate, useDuplicate, useFinish } from './actions.ts';

interface EditorActionsProps {
  saved: EditedTemplate;
  isDirty: boolean;
  readOnly: string | null;
  activate: Action<Acted, EditedTemplate>;
  isSaving: boolean;
  onSave: () => void;
}

const scope = 'templates:write' as const;
const UNSAVED = 'Save your changes first';

/** What can be done with the template as a whole. */
export function EditorActions({ saved, isDirty, readOnly, activate, isSaving, onSave }: EditorActionsProps) {
  const { id, status, template, open_sequences: open } = saved;
  const acted = { id, name: template.name, open };
  const deactivate = useDeactivate();
  return (
    <>
      <LifeActions acted={acted} status={status} />
      {status === 'ACTIVE' && (
        <ActionButton
          variant="default"
          scope={scope}
          isBusy={deactivate.isBusy}
          onClick={() => void deactivate.run(acted)}
        >
          Deactivate
        </ActionButton>
      )}
      {(status === 'PENDING_SETUP' || status === 'INACTIVE') && (
        <ActionButton
          variant="default"
          scope={scope}
          why={isDirty && UNSAVED}
          isBusy={activate.isBusy}
          onClick={() => void activate.run(acted)}
        >
          Activate
        </ActionButton>
      )}
      <ActionButton scope={scope} why={readOnly ?? (!isDirty && 'Nothing to save')} isBusy={isSaving} onClick={onSave}>
        Save
      </ActionButton>
    </>
  );
}

function LifeActions({ acted, status }: { acted: Acted; status: EditedTemplate['status'] }) {
  const duplicate = useDuplicate();
  const finish = useFinish();
  const archive = useArchive();
  const isInUse = status === 'ACTIVE' || status === 'INACTIVE';
  return (
    <Group gap={2} wrap="nowrap" className="life-actions">
      <IconAction
        size="lg"
        label="Duplicate this template"
        scope={scope}
        isBusy={duplicate.isBusy}
        onClick={() => void duplicate.run(acted)}
      >
        <IconCopy size={17} aria-hidden />
      </IconAction>
      <IconAction
        size="lg"
        label="Finish this template"
        scope={scope}
        why={!isInUse && (status === 'PENDING_SETUP' ? 'It was never active' : 'It is already out of use')}
        isBusy={finish.isBusy}
        onClick={() => void finish.ask(acted)}
      >
        <IconFlag size={17} aria-hidden />
      </IconAction>
      <IconAction
        size="lg"
        label="Archive this template"
        scope={scope}
        why={status === 'ARCHIVED' && 'It is archived already'}
        isBusy={archive.isBusy}
        onClick={() => void archive.ask(acted)}
      >
        <IconArchive size={17} aria-hidden />
      </IconAction>
    </Group>
  );
}
