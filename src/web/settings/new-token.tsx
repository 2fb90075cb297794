import { Button, Checkbox, CopyButton, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { MemberList, NewTokenShown } from '../../api/shapes/members.ts';
import { scopes as everyScope, type Scope } from '../../domain/scope.ts';
import { FormEnd } from '../accounts/connect-email.tsx';
import { get, post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { Dialog } from '../shell/dialog.tsx';
import { useProblemFocus } from '../shell/problem-focus.ts';
import { fieldProblem, ProblemNote } from '../shell/problem-note.tsx';
import { useViewer } from '../shell/viewer.ts';

/** Makes a token, and shows it this once. */
export function NewToken({ onClose }: { onClose: () => void }) {
  const [token, setToken] = useState<string | null>(null);
  return (
    <Dialog opened onClose={onClose} title={token === null ? 'New token' : 'Your new token'} size="lg">
      {token === null ? <TokenForm onMade={setToken} onClose={onClose} /> : <Made token={token} onClose={onClose} />}
    </Dialog>
  );
}

const SERVICE = 'service';
const lives = [
  { value: '', label: 'Never' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
];

function TokenForm({ onMade, onClose }: { onMade: (token: string) => void; onClose: () => void }) {
  const { member, scopes: own } = useViewer();
  const [name, setName] = useState('');
  const [whose, setWhose] = useState<string>(member.id);
  const [days, setDays] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<Scope>>(new Set(own));
  const make = useAction({
    act: () =>
      post<NewTokenShown>('/app/api/tokens', {
        name,
        member_id: whose === SERVICE ? null : whose,
        scopes: everyScope.filter((scope) => chosen.has(scope)),
        expires_in_days: days === '' ? null : Number(days),
      }),
    done: () => '',
    touches: ['tokens'],
    showsProblem: true,
    after: ({ token }) => onMade(token),
  });
  const form = useProblemFocus(make.problem);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void make.run();
  };
  return (
    <form ref={form} onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          data-autofocus
          label="Name"
          description="What you recognise it by: “Lead import”"
          required
          value={name}
          error={fieldProblem(make.problem, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Group grow align="flex-start">
          <Whose value={whose} error={fieldProblem(make.problem, 'member_id')} onChange={setWhose} />
          <Select
            label="Expires"
            description="It opens nothing from then on"
            data={lives}
            value={days}
            onChange={(value) => setDays(value ?? '')}
          />
        </Group>
        <Scopes chosen={chosen} own={own} error={fieldProblem(make.problem, 'scopes')} onChange={setChosen} />
        <ProblemNote problem={make.problem} shownElsewhere={['name', 'member_id', 'scopes']} />
        <FormEnd verb="Create token" isBusy={make.isBusy} onClose={onClose} />
      </Stack>
    </form>
  );
}

interface WhoseProps {
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

function Whose({ value, error, onChange }: WhoseProps) {
  const { data } = useQuery({
    queryKey: ['members'],
    queryFn: ({ signal }) => get<MemberList>('/app/api/members', {}, signal),
  });
  const members = data?.items ?? [];
  return (
    <Select
      label="Belongs to"
      description={value === SERVICE ? 'Calls the API; cannot sign in' : 'Signs in, and calls the API'}
      data={[...members.map((each) => ({ value: each.id, label: each.name })), { value: SERVICE, label: 'A service' }]}
      value={value}
      error={error}
      onChange={(chosen) => onChange(chosen ?? value)}
    />
  );
}

interface ScopesProps {
  chosen: ReadonlySet<Scope>;
  own: readonly Scope[];
  error: string | undefined;
  onChange: (chosen: ReadonlySet<Scope>) => void;
}

/** Nobody hands on what they do not have. */
function Scopes({ chosen, own, error, onChange }: ScopesProps) {
  return (
    <Checkbox.Group
      label="May"
      description="What your own token lacks cannot be handed on"
      error={error}
      value={[...chosen]}
      onChange={(values) => onChange(new Set(everyScope.filter((scope) => values.includes(scope))))}
    >
      <div className="scopes">
        {everyScope.map((scope) => (
          <Checkbox key={scope} size="xs" value={scope} label={scope} disabled={!own.includes(scope)} />
        ))}
      </div>
    </Checkbox.Group>
  );
}

const Made = ({ token, onClose }: { token: string; onClose: () => void }) => (
  <Stack>
    <Text size="sm" fw={550} role="status">
      Copy it now, it is not shown again.
    </Text>
    <div className="token-text" data-token>
      {token}
    </div>
    <Group justify="flex-end" gap="xs" className="dialog-buttons">
      <CopyButton value={token}>
        {({ copied, copy }) => (
          <Button variant="default" onClick={copy}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
      <Button onClick={onClose}>Done</Button>
    </Group>
  </Stack>
);
