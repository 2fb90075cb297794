import { Button, Group } from '@mantine/core';
import { IconExternalLink, IconPlayerStop } from '@tabler/icons-react';
import type { SequenceDetailShown, SequenceShown } from '../../api/shapes/sequences.ts';
import { contactName } from '../campaigns/names.ts';
import { post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { confirm } from '../shell/dialog.tsx';
import { useViewer } from '../shell/viewer.ts';
import { isOpen } from './words.ts';

/** Stop it, or look at it where operators do. */
export function SequenceActions({ sequence }: { sequence: SequenceDetailShown }) {
  const { id, contact } = sequence;
  const { temporal_ui } = useViewer().runtime;
  const stop = useAction({
    act: () => post<SequenceShown>(`/v1/sequences/${id}/stop`),
    done: () => `Stopped the sequence of ${contactName(contact)}.`,
    touches: ['sequences', 'campaigns', 'contacts', 'tasks', 'counts'],
  });
  const ask = async () => {
    const isSure = await confirm({
      title: 'Stop this sequence?',
      body: 'No further step is sent. Open tasks stay until dismissed. No undo.',
      verb: 'Stop',
      isDangerous: true,
    });
    if (isSure) await stop.run();
  };
  return (
    <Group gap="xs" className="sequence-actions">
      <ActionButton
        color="red"
        variant="light"
        leftSection={<IconPlayerStop size={16} aria-hidden />}
        scope="sequences:write"
        why={!isOpen(sequence) && 'The sequence has ended'}
        isBusy={stop.isBusy}
        onClick={() => void ask()}
      >
        Stop
      </ActionButton>
      {temporal_ui !== null && (
        <Button
          component="a"
          variant="default"
          href={`${temporal_ui}/${encodeURIComponent(`sequence/${id}`)}`}
          target="_blank"
          rel="noreferrer"
          rightSection={<IconExternalLink size={15} aria-hidden />}
        >
          Open in Temporal
        </Button>
      )}
    </Group>
  );
}
