import { Stack, Text, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { enteredKinds } from '../../domain/suppression.ts';
import { FormEnd } from '../accounts/connect-email.tsx';
import { type Problem, post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { counted } from '../shell/counted.ts';
import { Dialog } from '../shell/dialog.tsx';
import { useProblemFocus } from '../shell/problem-focus.ts';
import { ProblemNote } from '../shell/problem-note.tsx';
import { type Line, linesOf } from './suppression-lines.ts';

interface Added {
  entries: readonly Line[];
  ended_sequences: number;
}

/** Many at once, as they are pasted. */
export function AddSuppressions({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const lines = linesOf(text);
  const add = useAction({
    act: () => post<Added>('/v1/suppressions', { entries: lines }),
    done: ({ entries, ended_sequences }) =>
      `Added ${summary(entries)}.${ended_sequences > 0 ? ` ${counted(ended_sequences, 'open sequence')} ended.` : ''}`,
    touches: ['suppressions', 'contacts', 'sequences', 'campaigns'],
    showsProblem: true,
    after: onClose,
  });
  const form = useProblemFocus(add.problem);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (lines.length > 0) void add.run();
  };
  return (
    <Dialog opened onClose={onClose} title="Never contact these" size="lg">
      <form ref={form} onSubmit={submit} noValidate>
        <Stack>
          <Textarea
            data-autofocus
            label="Addresses, domains and LinkedIn profiles"
            description="One in a line: ada@example.com, @example.com (with its subdomains), linkedin.com/in/ada-lovelace"
            autosize
            minRows={6}
            maxRows={16}
            value={text}
            error={linesProblem(add.problem, lines)}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Text size="xs" c="dimmed">
            {lines.length === 0 ? 'Nothing yet' : summary(lines)}. Open sequences they cover end as Stopped early.
          </Text>
          <ProblemNote problem={add.problem} shownElsewhere={add.problem?.errors.map(({ path }) => path) ?? []} />
          <FormEnd verb="Add" isBusy={add.isBusy} onClose={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}

const nouns: Record<Line['kind'], [one: string, many: string]> = {
  address: ['address', 'addresses'],
  domain: ['domain', 'domains'],
  profile: ['profile', 'profiles'],
};

/** "3 addresses, 1 domain". */
function summary(lines: readonly Line[]): string {
  return enteredKinds
    .map((kind) => [nouns[kind], lines.filter((line) => line.kind === kind).length] as const)
    .filter(([, count]) => count > 0)
    .map(([[one, many], count]) => `${count} ${count === 1 ? one : many}`)
    .join(', ');
}

/** Each refused line, by what was typed. */
function linesProblem(problem: Problem | null, lines: readonly Line[]): string | undefined {
  const found = problem?.errors.flatMap(({ path, problem: what }) => {
    const at = /^entries\.(\d+)\./.exec(path)?.[1];
    return at === undefined || lines[Number(at)] === undefined ? [] : [`Line ${Number(at) + 1}: ${what}`];
  });
  return found === undefined || found.length === 0 ? undefined : found.join('. ');
}
