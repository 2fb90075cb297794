import { Button, CloseButton, Group, Paper, Stack, Text } from '@mantine/core';
import { useEffect, useSyncExternalStore } from 'react';
import { announce, announceError } from './announce.tsx';

/** What stands in the corner for a while: a result, with Undo where the server can reverse it, or what went wrong. */
export interface Toast {
  text: string;
  undo?: () => void;
  /** Stays until it is closed. */
  isError?: boolean;
  /** Under which the server's log has it. */
  requestId?: string | null;
}

interface Shown extends Toast {
  id: number;
}

const UNDO_MS = 10_000;
const READ_MS = 5_000;

let shown: readonly Shown[] = [];
let ids = 0;
const hearers = new Set<() => void>();

function change(next: readonly Shown[]): void {
  shown = next;
  for (const hear of hearers) hear();
}

const close = (id: number): void => change(shown.filter((toast) => toast.id !== id));

/** Shows it and says it. One that can be undone takes the place of the one before: only the last deed is undone. */
export function toast(given: Toast): void {
  if (given.isError) announceError(given.text);
  else announce(given.undo ? `${given.text} Undo is possible for 10 seconds.` : given.text);
  const rest = shown.filter(({ isError, undo }) => isError || (undo !== undefined && given.undo === undefined));
  change([...rest.slice(-2), { ...given, id: ++ids }]);
}

function hear(onChange: () => void): () => void {
  hearers.add(onChange);
  return () => hearers.delete(onChange);
}

export function Toasts() {
  const toasts = useSyncExternalStore(hear, () => shown);
  return (
    <Stack className="toasts" gap="xs" role="region" aria-label="Messages">
      {toasts.map((each) => (
        <ToastCard key={each.id} toast={each} />
      ))}
    </Stack>
  );
}

function ToastCard({ toast: { id, text, undo, isError = false, requestId } }: { toast: Shown }) {
  useEffect(() => {
    if (isError) return;
    const timer = setTimeout(() => close(id), undo ? UNDO_MS : READ_MS);
    return () => clearTimeout(timer);
  }, [id, undo, isError]);
  return (
    <Paper className="toast" data-tone={isError ? 'error' : 'result'} shadow="md" p="xs" pl="md" radius="md">
      <Group justify="space-between" wrap="nowrap" gap="md">
        <div>
          <Text size="sm">{text}</Text>
          {requestId && <RequestId id={requestId} />}
        </div>
        <Group gap={4} wrap="nowrap">
          {undo && (
            <Button
              size="compact-sm"
              variant="subtle"
              onClick={() => {
                close(id);
                undo();
              }}
            >
              Undo
            </Button>
          )}
          <CloseButton size="sm" aria-label="Close this message" onClick={() => close(id)} />
        </Group>
      </Group>
    </Paper>
  );
}

/** What to quote when asking for help. */
export const RequestId = ({ id }: { id: string }) => (
  <Text size="xs" c="dimmed">
    Request <code>{id}</code>
  </Text>
);
