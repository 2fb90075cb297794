import { Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { ContextShown } from '../../api/shapes/workspace.ts';
import { get, put } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { useLeaveGuard } from '../shell/leave-guard.ts';
import { Page } from '../shell/page.tsx';
import { useProblemFocus } from '../shell/problem-focus.ts';
import { fieldProblem, ProblemNote } from '../shell/problem-note.tsx';
import { QueryState } from '../shell/query-state.tsx';
import './settings.css';
import { FormButtons } from './workspace.tsx';

const fields: readonly { name: keyof ContextShown; label: string; hint: string }[] = [
  { name: 'ideal_customer', label: 'Ideal customer', hint: 'Who you sell to: roles, companies, what troubles them' },
  { name: 'value_proposition', label: 'Value proposition', hint: 'What they get from you, in plain words' },
  { name: 'competitors', label: 'Competitors', hint: 'Who else they look at, and how you differ' },
  { name: 'tone', label: 'Tone', hint: 'How you write: “short, friendly, no exclamation marks”' },
];

/** What the writer of AI variables is told about this company. */
export function ContextSettings() {
  const query = useQuery({
    queryKey: ['context'],
    queryFn: ({ signal }) => get<ContextShown>('/app/api/context', {}, signal),
  });
  return (
    <Page
      title="Context"
      isNarrow
      description="AI variables are written from this, beside what is known of the contact. Changes apply to sequences enrolled from now on."
    >
      <QueryState query={query}>{(context) => <ContextForm context={context} />}</QueryState>
    </Page>
  );
}

function ContextForm({ context }: { context: ContextShown }) {
  const [draft, setDraft] = useState<Partial<ContextShown>>({});
  const shown = { ...context, ...draft };
  const isChanged = fields.some(({ name }) => shown[name] !== context[name]);
  useLeaveGuard(isChanged);
  const save = useAction({
    act: () => put<ContextShown>('/app/api/context', shown),
    done: () => 'Saved the context.',
    touches: ['context'],
    showsProblem: true,
    after: () => setDraft({}),
  });
  const form = useProblemFocus(save.problem);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save.run();
  };
  return (
    <form ref={form} onSubmit={submit} noValidate>
      <Stack>
        {fields.map(({ name, label, hint }) => (
          <Textarea
            key={name}
            label={label}
            description={hint}
            autosize
            minRows={3}
            maxRows={14}
            maxLength={5_000}
            value={shown[name]}
            error={fieldProblem(save.problem, name)}
            onChange={(event) => setDraft({ ...draft, [name]: event.currentTarget.value })}
          />
        ))}
        <Text size="xs" c="dimmed">
          Without a language model the fallback of each AI variable is used, and none of this.
        </Text>
        <ProblemNote problem={save.problem} shownElsewhere={fields.map(({ name }) => name)} />
        <FormButtons isChanged={isChanged} isBusy={save.isBusy} onDiscard={() => setDraft({})} />
      </Stack>
    </form>
  );
}
