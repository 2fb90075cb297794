import { Badge, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { ContactDetailShown, ContactPointShown } from '../../api/shapes/contact-details.ts';
import { FormEnd } from '../accounts/connect-email.tsx';
import { post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { Instant } from '../shell/instant.tsx';
import { useProblemFocus } from '../shell/problem-focus.ts';
import { fieldProblem, ProblemNote } from '../shell/problem-note.tsx';
import { nameOf } from './names.ts';

const touches = ['contacts', 'sequences'] as const;

const sources: Record<ContactPointShown['source'], string> = {
  import: 'from an import',
  person: 'added by a member',
  answer: 'from an answer',
  provider: 'from LinkedIn’s provider',
};

const shown = ({ kind, value }: ContactPointShown): string => (kind === 'profile' ? `in/${value}` : value);

/** Everything the person is known by, which of it is written to, and how to change that. */
export function ContactPoints({ contact }: { contact: ContactDetailShown }) {
  const [isAdding, setAdding] = useState(false);
  if (contact.points.length === 0) return null;
  return (
    <section aria-labelledby="contact-points">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="contact-points">
          Known by
        </Title>
        <ActionButton variant="default" size="xs" scope="contacts:write" onClick={() => setAdding(true)}>
          Add an address or profile
        </ActionButton>
      </Group>
      <Stack component="ul" gap={6} className="contact-points" aria-label="Addresses and profiles">
        {contact.points.map((point) => (
          <Point key={point.id} contact={contact} point={point} />
        ))}
      </Stack>
      {isAdding && <AddPoint contact={contact} onClose={() => setAdding(false)} />}
    </section>
  );
}

function Point({ contact, point }: { contact: ContactDetailShown; point: ContactPointShown }) {
  const choose = useAction({
    act: () => post<ContactDetailShown>(`/v1/contacts/${contact.id}/points/${point.id}/choose`),
    done: () => `${nameOf(contact)} is written to at ${shown(point)} from now on.`,
    touches,
  });
  return (
    <Group component="li" justify="space-between" gap="sm" wrap="nowrap">
      <div className="long-word">
        <Text size="sm">{shown(point)}</Text>
        <Text size="xs" c="dimmed">
          {sources[point.source]}, <Instant at={point.first_seen} inline />
        </Text>
      </div>
      {point.is_written_to ? (
        <Badge variant="light" tt="none" radius="sm">
          Written to
        </Badge>
      ) : (
        point.kind !== 'provider_id' && (
          <ActionButton
            variant="default"
            size="xs"
            scope="contacts:write"
            isBusy={choose.isBusy}
            onClick={() => void choose.run()}
          >
            Write here
          </ActionButton>
        )
      )}
    </Group>
  );
}

function AddPoint({ contact, onClose }: { contact: ContactDetailShown; onClose: () => void }) {
  const [value, setValue] = useState('');
  const kind = value.includes('@') ? 'address' : 'profile';
  const add = useAction({
    act: () => post<ContactDetailShown>(`/v1/contacts/${contact.id}/points`, { kind, value }),
    done: () => `${nameOf(contact)} is known by ${value} too.`,
    touches,
    showsProblem: true,
    after: onClose,
  });
  const form = useProblemFocus(add.problem);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void add.run();
  };
  return (
    <Dialog opened onClose={onClose} title={`Another address or profile of ${nameOf(contact)}`}>
      <form ref={form} onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            data-autofocus
            label="Email address or LinkedIn profile"
            description="What they are written to stays, until you choose another."
            required
            value={value}
            error={fieldProblem(add.problem, 'value')}
            onChange={(event) => setValue(event.currentTarget.value)}
          />
          <ProblemNote problem={add.problem} shownElsewhere={['value']} />
          <FormEnd verb="Add" isBusy={add.isBusy} onClose={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
