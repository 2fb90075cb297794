import { Button, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { ContactDetailShown, ContactItem, ContactPage } from '../../api/shapes/contact-details.ts';
import type { MergePreviewShown } from '../../api/shapes/contact-merges.ts';
import { FormEnd } from '../accounts/connect-email.tsx';
import { get, post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { counted } from '../shell/counted.ts';
import { Dialog } from '../shell/dialog.tsx';
import { ProblemNote } from '../shell/problem-note.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { nameOf } from './names.ts';

const MOST_FOUND = 8;

/** Two contacts turned out to be one person: look for the other, see what a merge does, say yes. */
export function MergeDialog({ contact, onClose }: { contact: ContactDetailShown; onClose: () => void }) {
  const [other, setOther] = useState<ContactItem | null>(null);
  return (
    <Dialog opened onClose={onClose} title={`Merge ${nameOf(contact)} with another contact`}>
      {other === null ? (
        <Search contact={contact} onFound={setOther} />
      ) : (
        <Confirm contact={contact} other={other} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Search({ contact, onFound }: { contact: ContactDetailShown; onFound: (other: ContactItem) => void }) {
  const [typed, setTyped] = useState('');
  const q = typed.trim();
  const query = useQuery({
    queryKey: ['contacts', 'merge', q],
    queryFn: ({ signal }) => get<ContactPage>('/v1/contacts', { q, size: MOST_FOUND }, signal),
    enabled: q.length > 1,
  });
  return (
    <Stack>
      <TextInput
        data-autofocus
        label="Who else are they?"
        description="Part of a name, an address, a profile or a company"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {q.length > 1 && (
        <QueryState query={query} lines={2}>
          {({ items }) => <Found items={items.filter(({ id }) => id !== contact.id)} onFound={onFound} />}
        </QueryState>
      )}
    </Stack>
  );
}

function Found({ items, onFound }: { items: readonly ContactItem[]; onFound: (other: ContactItem) => void }) {
  if (items.length === 0) return <Text size="sm">Nobody else is found by that.</Text>;
  return (
    <Stack gap="xs" aria-label="Contacts found" role="group">
      {items.map((one) => (
        <Button key={one.id} variant="default" justify="flex-start" onClick={() => onFound(one)}>
          {labelOf(one)}
        </Button>
      ))}
    </Stack>
  );
}

const labelOf = (one: Pick<ContactItem, 'email' | 'linkedin_profile' | 'company' | 'first_name' | 'last_name'>) =>
  [nameOf(one), one.email, one.linkedin_profile === null ? null : `in/${one.linkedin_profile}`, one.company]
    .filter((part, index, all) => part !== null && all.indexOf(part) === index)
    .join(' · ');

interface ConfirmProps {
  contact: ContactDetailShown;
  other: ContactItem;
  onClose: () => void;
}

function Confirm({ contact, other, onClose }: ConfirmProps) {
  const navigate = useNavigate();
  const [stop, setStop] = useState('');
  const preview = useQuery({
    queryKey: ['contacts', contact.id, 'merge-preview', other.id],
    queryFn: ({ signal }) =>
      get<MergePreviewShown>(`/v1/contacts/${contact.id}/merge-preview`, { with: other.id }, signal),
  });
  const merge = useAction({
    act: () =>
      post<ContactDetailShown>(`/v1/contacts/${contact.id}/merge`, {
        with: other.id,
        ...(stop !== '' && { stop_sequence_id: stop }),
      }),
    done: (survivor) => `${nameOf(survivor)} is one contact now.`,
    touches: ['contacts', 'sequences', 'leads', 'tasks', 'counts'],
    showsProblem: true,
    after: (survivor) => {
      onClose();
      void navigate({ to: '/contacts/$id', params: { id: survivor.id } });
    },
  });
  const known = preview.data;
  const isUndecided = known !== undefined && known.open_sequences.length > 1 && stop === '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (known && !isUndecided) void merge.run();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <QueryState query={preview} lines={3}>
          {(shown) => <Consequences preview={shown} stop={stop} onStop={setStop} />}
        </QueryState>
        <ProblemNote problem={merge.problem} />
        <FormEnd verb="Merge" isBusy={merge.isBusy} onClose={onClose} />
      </Stack>
    </form>
  );
}

interface ConsequencesProps {
  preview: MergePreviewShown;
  stop: string;
  onStop: (id: string) => void;
}

function Consequences({ preview, stop, onStop }: ConsequencesProps) {
  const { survivor, merged, open_sequences, campaigns_of_both } = preview;
  return (
    <>
      <Text size="sm">
        <b>{labelOf(survivor)}</b> stays, and goes on being written to there. All that is <b>{labelOf(merged)}</b>’s
        becomes theirs: addresses, profiles, sequences, messages, tasks and suppressions. This cannot be undone.
      </Text>
      {campaigns_of_both.length > 0 && (
        <Text size="sm">
          In {counted(campaigns_of_both.length, 'campaign')} both are leads: one of the two leads goes.
        </Text>
      )}
      {open_sequences.length > 1 && (
        <Radio.Group label="Both have an open sequence. Which one ends?" value={stop} onChange={onStop}>
          <Stack gap="xs" mt="xs">
            {open_sequences.map(({ id, contact_id }) => (
              <Radio
                key={id}
                value={id}
                label={`The one of ${labelOf(contact_id === survivor.id ? survivor : merged)}`}
              />
            ))}
          </Stack>
        </Radio.Group>
      )}
    </>
  );
}
