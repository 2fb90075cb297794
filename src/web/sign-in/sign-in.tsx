import { Button, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Problem, post, queryClient } from '../client.ts';
import { ProblemNote } from '../shell/problem-note.tsx';
import type { Search } from '../shell/search-params.ts';
import { ownPath } from './own-path.ts';

/** The single-use code of the link that `npm start` prints; it leaves the address at once. */
function takeCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (code !== null) history.replaceState(history.state, '', location.pathname + location.search);
  return code;
}

/** A member's token, or a link's code, becomes a session. Nothing of it is kept in the browser but the cookie. */
export function SignIn() {
  const { next }: Search = useSearch({ strict: false });
  const router = useRouter();
  const [token, setToken] = useState('');
  const code = useRef<string | null | undefined>(undefined);
  const field = useRef<HTMLInputElement>(null);
  const signIn = useMutation({
    mutationFn: (credential: { token: string } | { code: string }) => post('/app/api/session', credential),
    onSuccess: () => {
      queryClient.clear();
      router.history.replace(ownPath(next));
    },
    onError: () => field.current?.focus(),
  });
  const { mutate } = signIn;
  useEffect(() => {
    document.title = 'Sign in · Topo Sequences';
    if (code.current !== undefined) return;
    code.current = takeCode();
    if (code.current !== null) mutate({ code: code.current });
  }, [mutate]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() !== '') mutate({ token: token.trim() });
    else field.current?.focus();
  };
  const problem = signIn.error instanceof Problem ? signIn.error : null;
  return (
    <main className="sign-in">
      <Paper className="sign-in-card" withBorder radius="lg" p="xl">
        <form onSubmit={submit} noValidate>
          <Stack>
            <div>
              <Title order={1}>Sign in</Title>
              <Text size="sm" c="dimmed" mt={4}>
                Topo Sequences
              </Text>
            </div>
            <PasswordInput
              ref={field}
              label="Token"
              description="A member's token, topo_…"
              autoComplete="off"
              spellCheck={false}
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
              visibilityToggleButtonProps={{ 'aria-label': 'Show the token' }}
              error={problem?.status === 401 ? problem.message : undefined}
              data-autofocus
            />
            {problem?.status !== 401 && <ProblemNote problem={problem} />}
            <Button type="submit" loading={signIn.isPending} fullWidth>
              Sign in
            </Button>
          </Stack>
        </form>
      </Paper>
    </main>
  );
}
