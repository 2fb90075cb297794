import { Group, Kbd, Modal, Stack, Switch, Table, Text } from '@mantine/core';
import { useEffect, useRef, useSyncExternalStore } from 'react';

/*
 * Single keys. They rest while somebody types and while a dialog is open, and can be turned off for good (WCAG 2.1.4).
 * Combinations with Ctrl (⌘) work in fields too.
 */

export interface Shortcut {
  /** `j`, `?`, `Enter`; `mod+s` is Ctrl or ⌘ with s. */
  key: string;
  /** For the help: "Complete the task". */
  does: string;
  run: () => void;
  /** Works inside a dialog or a drawer. */
  inDialog?: boolean;
}

const STORED = 'topo-single-keys';
const active = new Set<{ current: readonly Shortcut[] }>();
const hearers = new Set<() => void>();
let areOff = localStorage.getItem(STORED) === 'off';

function turn(off: boolean): void {
  areOff = off;
  if (off) localStorage.setItem(STORED, 'off');
  else localStorage.removeItem(STORED);
  for (const hear of hearers) hear();
}

function hear(onChange: () => void): () => void {
  hearers.add(onChange);
  return () => hearers.delete(onChange);
}

/** These keys, while the component is there; the newest wins. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const current = useRef(shortcuts);
  current.current = shortcuts;
  useEffect(() => {
    active.add(current);
    return () => void active.delete(current);
  }, []);
}

const TYPED_IN =
  'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true], [role=listbox]';

function isTypingIn(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TYPED_IN) !== null;
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const isCombined = event.ctrlKey || event.metaKey;
  if (!isCombined && (areOff || isTypingIn(event.target))) return;
  const pressed = isCombined ? `mod+${event.key.toLowerCase()}` : event.key;
  const isInDialog = document.querySelector('[role=dialog][aria-modal=true]') !== null;
  const found = [...active]
    .reverse()
    .flatMap(({ current }) => current)
    .find(({ key, inDialog = false }) => key === pressed && (inDialog || !isInDialog));
  if (!found) return;
  event.preventDefault();
  found.run();
}

/** Once, in the frame. */
export function useKeyListener(): void {
  useEffect(() => {
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** `?`: what the keys of this page do. */
export function KeyboardHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const off = useSyncExternalStore(hear, () => areOff);
  const shown = [...active].flatMap(({ current }) => current);
  const everywhere = [
    { key: 'Enter', does: 'Open the row that has the focus' },
    { key: 'Esc', does: 'Close' },
  ];
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack>
        <Table aria-label="Keys of this page" verticalSpacing={6}>
          <Table.Tbody>
            {[...shown, ...everywhere].map(({ key, does }) => (
              <Table.Tr key={`${key} ${does}`}>
                <Table.Td>
                  <Keys of={key} />
                </Table.Td>
                <Table.Td>{does}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Switch
          label="Single keys"
          description="Off: only Tab, Enter, Esc and combinations with Ctrl do something."
          checked={!off}
          onChange={(event) => turn(!event.currentTarget.checked)}
        />
      </Stack>
    </Modal>
  );
}

const Keys = ({ of }: { of: string }) => (
  <Group gap={4} wrap="nowrap">
    {of.split('+').map((key) => (
      <Kbd key={key}>{key === 'mod' ? 'Ctrl' : key}</Kbd>
    ))}
    {of.startsWith('mod') && (
      <Text size="xs" c="dimmed">
        or ⌘
      </Text>
    )}
  </Group>
);
