import { Group } from '@mantine/core';
import { IconPencil, IconPlayerPause, IconPlayerPlay, IconPlugConnected, IconTrash } from '@tabler/icons-react';
import { queryOptions } from '@tanstack/react-query';
import type { AccountShown, RemovedAccount } from '../../api/shapes/accounts.ts';
import { del, get, post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton, IconAction } from '../shell/action-button.tsx';
import { type Count, insteadOf, useCount } from '../shell/count.ts';
import { counted } from '../shell/counted.ts';
import { confirm } from '../shell/dialog.tsx';
import { addressOf } from './words.ts';

const touches = ['accounts', 'counts', 'sequences', 'campaigns'] as const;

/** What can be done about an account as it stands. */
export function AccountActions({ account, onEdit }: { account: AccountShown; onEdit: () => void }) {
  const { id, status } = account;
  const name = addressOf(account);
  const say = (verb: 'pause' | 'resume' | 'reconnect') => post<AccountShown>(`/v1/accounts/${id}/${verb}`);
  const pause = useAction({
    act: () => say('pause'),
    done: () => `Paused ${name}. Nothing goes out from it.`,
    undo: () => say('resume'),
    touches,
  });
  const resume = useAction({ act: () => say('resume'), done: () => `${name} sends again.`, touches });
  const reconnect = useAction({ act: () => say('reconnect'), done: () => `${name} is connected again.`, touches });
  const remove = useAction({
    act: () => del<RemovedAccount>(`/v1/accounts/${id}`),
    done: ({ ended_sequences }) =>
      `Removed ${name}.${ended_sequences > 0 ? ` ${counted(ended_sequences, 'sequence')} failed.` : ''}`,
    touches,
  });
  return (
    <Group gap={6} className="account-actions">
      {(status === 'CONNECTED' || status === 'RESTING') && (
        <ActionButton
          size="xs"
          variant="default"
          scope="accounts:write"
          isBusy={pause.isBusy}
          leftSection={<IconPlayerPause size={14} aria-hidden />}
          onClick={() => void pause.run()}
        >
          Pause
        </ActionButton>
      )}
      {status === 'PAUSED' && (
        <ActionButton
          size="xs"
          variant="default"
          scope="accounts:write"
          isBusy={resume.isBusy}
          leftSection={<IconPlayerPlay size={14} aria-hidden />}
          onClick={() => void resume.run()}
        >
          Resume
        </ActionButton>
      )}
      {status === 'DISCONNECTED' && (
        <ActionButton
          size="xs"
          scope="accounts:write"
          isBusy={reconnect.isBusy}
          leftSection={<IconPlugConnected size={14} aria-hidden />}
          onClick={() => void reconnect.run()}
        >
          Reconnect
        </ActionButton>
      )}
      <IconAction label={`Edit ${name}`} scope="accounts:write" onClick={onEdit}>
        <IconPencil size={16} aria-hidden />
      </IconAction>
      <IconAction
        label={`Remove ${name}`}
        scope="accounts:write"
        isBusy={remove.isBusy}
        onClick={() => void askToRemove(account).then((yes) => (yes ? remove.run() : undefined))}
      >
        <IconTrash size={16} aria-hidden />
      </IconAction>
    </Group>
  );
}

const askToRemove = (account: AccountShown): Promise<boolean> =>
  confirm({
    title: `Remove ${addressOf(account)}?`,
    body: <WhatGoes id={account.id} />,
    verb: 'Remove',
    isDangerous: true,
  });

function WhatGoes({ id }: { id: string }) {
  const fails = useCount(
    queryOptions({
      queryKey: ['accounts', id, 'needed'],
      queryFn: ({ signal }) => get<{ sequences: number }>(`/app/api/accounts/${id}/needed`, {}, signal),
    }),
    ({ sequences }) => sequences,
  );
  return `${failsText(fails)} Its passwords are erased, and its inbox is no longer read. No undo.`;
}

function failsText(fails: Count): string {
  if (fails === 0) return 'No open sequence needs it.';
  const who =
    typeof fails === 'number'
      ? `${counted(fails, 'sequence')} ${fails === 1 ? 'fails' : 'fail'}`
      : `The open sequences that still write from it${insteadOf(fails)} fail`;
  return `${who}: what they still had to send is not sent.`;
}
