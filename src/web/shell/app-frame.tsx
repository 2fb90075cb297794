import { AppShell, Burger, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { LiveRegions } from './announce.tsx';
import { useAhead, useNow } from './clock.ts';
import { ConfirmHost } from './dialog.tsx';
import { KeyboardHelp, useKeyListener, useShortcuts } from './keys.tsx';
import { startLive } from './live.ts';
import { Navigation } from './navigation.tsx';
import { OfflineBanner } from './offline-banner.tsx';
import { useSearchParam } from './search-params.ts';
import { Toasts } from './toasts.tsx';
import { useViewer } from './viewer.ts';
import { ViewerMenu } from './viewer-menu.tsx';
import { instantIn } from './zoned-time.ts';

const SequenceDrawer = lazy(async () => ({ default: (await import('../sequences/drawer.tsx')).SequenceDrawer }));

/** What every page stands in: navigation, messages, dialogs, keys, the stream, and the sequence drawer. */
export function AppFrame() {
  const client = useQueryClient();
  const [isNavOpen, nav] = useDisclosure(false);
  const [isHelpOpen, help] = useDisclosure(false);
  useEffect(() => startLive(client), [client]);
  useKeyListener();
  useShortcuts([{ key: '?', does: 'Show the keys', run: help.open }]);
  return (
    <AppShell
      header={{ height: { base: 52, sm: 0 } }}
      navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !isNavOpen } }}
      className="frame"
    >
      <a href="#main" className="skip-link">
        Skip to the content
      </a>
      <AppShell.Header className="frame-header" hiddenFrom="sm">
        <Group h="100%" px="sm" gap="sm">
          <Burger
            opened={isNavOpen}
            onClick={nav.toggle}
            size="sm"
            aria-label={isNavOpen ? 'Close the navigation' : 'Open the navigation'}
          />
          <Brand />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className="frame-nav" p="sm">
        <div className="frame-brand">
          <Brand />
        </div>
        <Navigation onNavigate={nav.close} />
        <div className="frame-foot">
          <VirtualClock />
          <ViewerMenu onHelp={help.open} />
        </div>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <OfflineBanner />
        <Outlet />
      </AppShell.Main>
      <OpenSequence />
      <KeyboardHelp opened={isHelpOpen} onClose={help.close} />
      <ConfirmHost />
      <Toasts />
      <LiveRegions />
    </AppShell>
  );
}

const Brand = () => (
  <Group gap={8} wrap="nowrap">
    <svg className="brand-mark" viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="currentColor" />
      <path
        d="M8 22l6-12 4 7 2-3 4 8"
        fill="none"
        stroke="#fff"
        strokeWidth="2.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
    <Text fw={650} size="sm">
      Topo Sequences
    </Text>
  </Group>
);

/** Only where virtual time was moved: what "now" is here. */
function VirtualClock() {
  const { workspace } = useViewer();
  const now = useNow();
  if (useAhead() === 0) return null;
  return (
    <Text size="xs" c="dimmed" px="xs" pb={6}>
      Virtual time
      <br />
      {instantIn(now, workspace.zone, now)}
    </Text>
  );
}

/** `?sequence=`: over whatever page is open. */
function OpenSequence() {
  const [id, setId] = useSearchParam('sequence');
  if (id === null) return null;
  return (
    <Suspense fallback={null}>
      <SequenceDrawer key={id} id={id} onClose={() => setId(null)} />
    </Suspense>
  );
}
