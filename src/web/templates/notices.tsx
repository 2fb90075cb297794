import { Alert, Button, Text } from '@mantine/core';
import { IconArrowMerge, IconLock } from '@tabler/icons-react';
import type { EditedTemplate } from '../../api/shapes/templates.ts';
import { CHANGED_MEANWHILE } from '../shell/action.ts';
import { counted } from '../shell/counted.ts';

/** Whom an edit reaches. */
export const FutureOnly = ({ open }: { open: number }) => (
  <Text span inherit>
    Changes apply to future sequences only.
    {open > 0 && ` ${open.toLocaleString('en')} open ${open === 1 ? 'one keeps its' : 'ones keep their'} steps.`}
  </Text>
);

/** Why nothing can be changed; null: it can. */
export function readOnlyReason({ status, open_sequences: open }: EditedTemplate, lacking: string | null) {
  if (status === 'FINISHING')
    return `Read-only: this template is finishing, and is archived when ${counted(open, 'open sequence')} ${open === 1 ? 'ends' : 'end'}. Duplicate it to change something.`;
  if (status === 'ARCHIVED') return 'Read-only: this template is archived. Duplicate it to use it again.';
  return lacking === null ? null : `Read-only: ${lacking}.`;
}

export const ReadOnlyNote = ({ reason }: { reason: string }) => (
  <Alert color="gray" variant="light" icon={<IconLock aria-hidden />} mb="md" className="quiet-note">
    {reason}
  </Alert>
);

/** Somebody else saved while the viewer was typing; nothing of either is lost. */
export const MergedNote = ({ onDiscard }: { onDiscard: () => void }) => (
  <Alert
    role="alert"
    color="yellow"
    variant="light"
    icon={<IconArrowMerge aria-hidden />}
    mb="md"
    className="quiet-note"
  >
    <Text size="sm">{CHANGED_MEANWHILE} What you typed is kept: save it if it still fits.</Text>
    <Button size="compact-xs" variant="default" mt={6} onClick={onDiscard}>
      Discard what I typed
    </Button>
  </Alert>
);
