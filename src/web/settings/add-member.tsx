import { Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { MemberShown } from '../../api/shapes/members.ts';
import { FormEnd } from '../accounts/connect-email.tsx';
import { post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { Dialog } from '../shell/dialog.tsx';
import { useProblemFocus } from '../shell/problem-focus.ts';
import { fieldProblem, ProblemNote } from '../shell/problem-note.tsx';

/** A new colleague, who signs in with the token that is made for them next. */
export function AddMember({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const add = useAction({
    act: () => post<MemberShown>('/app/api/members', { name, email }),
    done: (member) => `Added ${member.name}. Make a token for them, so that they can sign in.`,
    touches: ['members'],
    showsProblem: true,
    after: onClose,
  });
  const form = useProblemFocus(add.problem);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void add.run();
  };
  return (
    <Dialog opened onClose={onClose} title="Add a member">
      <form ref={form} onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            data-autofocus
            label="Name"
            required
            value={name}
            error={fieldProblem(add.problem, 'name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label="Email"
            type="email"
            required
            value={email}
            error={fieldProblem(add.problem, 'email')}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <ProblemNote problem={add.problem} shownElsewhere={['name', 'email']} />
          <FormEnd verb="Add" isBusy={add.isBusy} onClose={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
