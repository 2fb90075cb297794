import { Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconHourglass, IconX } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ContactPage } from '../../api/shapes/contact-details.ts';
import type { PreviewShown } from '../../api/shapes/previews.ts';
import type { Problem } from '../client.ts';
import { get } from '../client.ts';
import { IconAction } from '../shell/action-button.tsx';
import { ProblemNote } from '../shell/problem-note.tsx';
import { useLacking } from '../shell/viewer.ts';
import { useEditing } from './editing.tsx';
import { threadStarterOf } from './steps.ts';
import { TestEmail } from './test-email.tsx';

export interface PreviewFor {
  /** null: "Alex Sample". */
  contactId: string | null;
  /** 2026-11-24 in the template's zone; '' for now. */
  startDay: string;
}

interface PreviewPaneProps {
  /** From 1. */
  number: number;
  shownFor: PreviewFor;
  onShowFor: (next: PreviewFor) => void;
  problem: Problem | null;
  onClose: () => void;
}

/** How the open step reads, for somebody, and when it would go. Nothing of it is kept. */
export function PreviewPane({ number, shownFor, onShowFor, problem, onClose }: PreviewPaneProps) {
  const { file, preview } = useEditing();
  const lacking = useLacking('templates:write');
  const step = preview?.steps[number - 1];
  const thread = preview?.steps[threadStarterOf(file.steps, number - 1) ?? -1]?.content;
  return (
    <section className="preview" aria-label="Preview">
      <Group justify="space-between" wrap="nowrap" mb="sm">
        <Title order={2}>Preview</Title>
        <IconAction label="Hide the preview" onClick={onClose}>
          <IconX size={16} aria-hidden />
        </IconAction>
      </Group>
      <Stack gap="sm">
        <Group grow align="flex-start" gap="xs">
          <ContactChoice value={shownFor.contactId} onChange={(contactId) => onShowFor({ ...shownFor, contactId })} />
          <TextInput
            type="date"
            label="Begins"
            value={shownFor.startDay}
            onChange={({ currentTarget: { value } }) => onShowFor({ ...shownFor, startDay: value })}
          />
        </Group>
        {lacking !== null && (
          <Text size="sm" c="dimmed">
            {lacking}
          </Text>
        )}
        <ProblemNote problem={problem} title="This cannot be previewed" />
        {step && <Letter step={step} answered={thread?.kind === 'email' ? thread.subject : null} />}
        {step?.kind === 'email' && <TestEmail number={number} contactId={shownFor.contactId} />}
      </Stack>
    </section>
  );
}

type PreviewedStep = PreviewShown['steps'][number];

/** `answered`: the subject of the thread it goes into. */
function Letter({ step, answered }: { step: PreviewedStep; answered: string | null }) {
  const { content, missing, problems, planned } = step;
  return (
    <article className="letter" aria-label={`Step ${step.number} as it reads`}>
      {planned && (
        <Text size="xs" c="dimmed">
          {planned.text}
        </Text>
      )}
      {'subject' in content && (
        <Text fw={600}>{answered === null ? content.subject || 'No subject yet' : `Re: ${answered}`}</Text>
      )}
      {'title' in content && <Text fw={600}>{content.title || 'No title yet'}</Text>}
      <Text size="sm" className="copy">
        {textOf(content)}
      </Text>
      {missing.length > 0 && (
        <div className="waits">
          <IconHourglass size={15} aria-hidden />
          <span>
            No value: the sequence waits for you{' '}
            <Text span size="xs">
              ({missing.join(', ')})
            </Text>
          </span>
        </div>
      )}
      {problems.map((problem) => (
        <div key={problem} className="waits">
          <IconHourglass size={15} aria-hidden />
          <span>The sequence waits for you: {problem}</span>
        </div>
      ))}
    </article>
  );
}

function textOf(content: PreviewedStep['content']): string {
  switch (content.kind) {
    case 'linkedin_invitation':
      return content.note ?? 'An invitation without a note.';
    case 'manual_task':
      return content.instructions || 'No instructions.';
    default:
      return content.body || 'No message yet.';
  }
}

const SAMPLE = { value: 'sample', label: 'Alex Sample' };

/** A made-up contact, or one of the workspace's. */
function ContactChoice({ value, onChange }: { value: string | null; onChange: (id: string | null) => void }) {
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed, 250);
  const isAllowed = useLacking('contacts:read') === null;
  const query = useQuery({
    queryKey: ['contacts', 'choices', q],
    queryFn: ({ signal }) => get<ContactPage>('/v1/contacts', { q, size: 20 }, signal),
    placeholderData: keepPreviousData,
    enabled: isAllowed,
  });
  const [chosen, setChosen] = useState(SAMPLE);
  const found = (query.data?.items ?? []).map((contact) => ({ value: contact.id, label: nameOf(contact) }));
  const choices = [SAMPLE, ...found.filter(({ value: id }) => id !== chosen.value)];
  return (
    <Select
      label="For"
      searchable
      data={chosen.value === SAMPLE.value ? choices : [...choices, chosen]}
      filter={({ options }) => options}
      nothingFoundMessage="Nobody of that name"
      value={value ?? SAMPLE.value}
      onSearchChange={(text) => setTyped(text === chosen.label ? '' : text)}
      onChange={(id, option) => {
        const next = option ?? SAMPLE;
        setChosen({ value: next.value, label: next.label });
        onChange(id === SAMPLE.value ? null : id);
      }}
    />
  );
}

const nameOf = ({ first_name, last_name, email, linkedin_profile }: ContactPage['items'][number]): string =>
  [first_name, last_name].filter(Boolean).join(' ') || (email ?? linkedin_profile ?? 'Somebody');
