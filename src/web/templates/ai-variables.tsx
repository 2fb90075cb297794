import { Group, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { PreviewShown } from '../../api/shapes/previews.ts';
import type { EditedFile } from '../../api/shapes/templates.ts';
import { post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton, IconAction } from '../shell/action-button.tsx';
import { ProblemNote } from '../shell/problem-note.tsx';
import { useEditing, useProblem } from './editing.tsx';
import { usesOf } from './steps.ts';
import { WholeNumber } from './whole-number.tsx';

type Variable = EditedFile['ai_variables'][number];

/** What a language model writes for each contact, once, when they are enrolled. */
export function AiVariables({ contactId }: { contactId: string | null }) {
  const { file, change, isReadOnly } = useEditing();
  const add = () =>
    change((now) => ({
      ...now,
      ai_variables: [...now.ai_variables, { name: '', prompt: '', fallback: null, max_characters: 500 }],
    }));
  return (
    <Stack gap="lg" maw={640} data-field="ai_variables">
      <div>
        <Title order={2}>AI variables</Title>
        <Text size="sm" c="dimmed" mt={4}>
          Written for each contact when they are enrolled, from what is known of them and of your organisation. Use one
          in any step: {'{{'}name{'}}'}.
        </Text>
      </div>
      {file.ai_variables.map((variable, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a variable has no identity but its place while its name is typed
        <VariableForm key={index} variable={variable} index={index} contactId={contactId} />
      ))}
      {!isReadOnly && (
        <Group>
          <ActionButton variant="default" size="xs" leftSection={<IconPlus size={15} aria-hidden />} onClick={add}>
            Add AI variable
          </ActionButton>
        </Group>
      )}
    </Stack>
  );
}

interface VariableProps {
  variable: Variable;
  index: number;
  contactId: string | null;
}

function VariableForm({ variable, index, contactId }: VariableProps) {
  const { change, isReadOnly } = useEditing();
  const { name, prompt, fallback } = variable;
  const path = `ai_variables.${index}`;
  const called = name || `AI variable ${index + 1}`;
  const set = (next: Partial<Variable>) =>
    change((now) => ({
      ...now,
      ai_variables: now.ai_variables.map((each, at) => (at === index ? { ...each, ...next } : each)),
    }));
  return (
    <Stack gap="sm" className="variable" role="group" aria-label={called}>
      <NameRow variable={variable} index={index} called={called} set={set} />
      <Textarea
        data-field={`${path}.prompt`}
        label="Prompt"
        autosize
        minRows={2}
        maxLength={5000}
        readOnly={isReadOnly}
        error={useProblem(`${path}.prompt`, prompt === '')}
        value={prompt}
        onChange={({ currentTarget: { value } }) => set({ prompt: value })}
      />
      <Textarea
        data-field={`${path}.fallback`}
        label="Fallback"
        description="Said where nothing better can be written. Without one, a person completes the copy."
        autosize
        maxLength={5000}
        readOnly={isReadOnly}
        error={useProblem(`${path}.fallback`)}
        value={fallback ?? ''}
        onChange={({ currentTarget: { value } }) => set({ fallback: value === '' ? null : value })}
      />
      {!isReadOnly && <Try variable={variable} contactId={contactId} called={called} />}
    </Stack>
  );
}

interface NameRowProps extends Omit<VariableProps, 'contactId'> {
  called: string;
  set: (next: Partial<Variable>) => void;
}

function NameRow({ variable: { name, max_characters }, index, called, set }: NameRowProps) {
  const { file, change, isReadOnly } = useEditing();
  const path = `ai_variables.${index}`;
  const uses = name === '' ? [] : usesOf(name, file);
  const remove = () => change((now) => ({ ...now, ai_variables: now.ai_variables.filter((_, at) => at !== index) }));
  return (
    <Group align="flex-end" wrap="nowrap">
      <TextInput
        data-field={`${path}.name`}
        className="grows"
        label="Name"
        placeholder="personalized_opener"
        maxLength={64}
        readOnly={isReadOnly}
        error={useProblem(`${path}.name`, name === '')}
        value={name}
        onChange={({ currentTarget: { value } }) => set({ name: value.replaceAll(' ', '_') })}
      />
      <WholeNumber
        path={`${path}.max_characters`}
        label="At most, characters"
        w={150}
        value={max_characters}
        onChange={(value) => set({ max_characters: value })}
      />
      {!isReadOnly && (
        <IconAction label={`Delete ${called}`} why={usedIn(uses)} onClick={remove} mb={4}>
          <IconTrash size={16} aria-hidden />
        </IconAction>
      )}
    </Group>
  );
}

/** "Used in steps 1, 3". */
const usedIn = (uses: readonly number[]): string | false =>
  uses.length > 0 && `Used in step${uses.length === 1 ? '' : 's'} ${uses.join(', ')}`;

const writers = {
  model: 'Written by the language model',
  fallback: 'The language model did not answer: this is the fallback',
  offline: 'No language model is configured: this is the fallback',
} as const;

/** Has the model write this one variable, for whoever the preview is for. */
function Try({ variable, contactId, called }: Omit<VariableProps, 'index'> & { called: string }) {
  const { file } = useEditing();
  const [written, setWritten] = useState<PreviewShown['ai_values'][number] | undefined>();
  const trial = useAction({
    act: () =>
      post<PreviewShown>('/app/api/sequence-templates/preview', {
        content: { ...file, ai_variables: [variable], steps: [] },
        contact_id: contactId,
        write: true,
      }),
    done: () => '',
    touches: [],
    showsProblem: true,
    after: ({ ai_values: [first] }) => setWritten(first),
  });
  return (
    <div>
      <ActionButton
        variant="default"
        size="xs"
        scope="templates:write"
        aria-label={`Try ${called}`}
        why={(variable.name === '' || variable.prompt.trim() === '') && 'It needs a name and a prompt'}
        isBusy={trial.isBusy}
        onClick={() => void trial.run()}
      >
        Try
      </ActionButton>
      <ProblemNote problem={trial.problem} />
      {written && (
        <div className="tried" role="status">
          <Text size="sm" className="copy">
            {written.value ?? 'No value: the sequence waits for you'}
          </Text>
          <Text size="xs" c="dimmed">
            {writers[written.by]}
          </Text>
        </div>
      )}
    </div>
  );
}
