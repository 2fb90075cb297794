import { Group, Text, Title } from '@mantine/core';
import { useRouterState } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';

interface PageProps {
  title: string;
  /** Beside the title: a status. */
  badge?: ReactNode;
  /** One line below it. */
  description?: ReactNode;
  /** Buttons; on a phone they stick to the bottom. */
  actions?: ReactNode;
  /** Links between the parts of the page. */
  tabs?: ReactNode;
  /** Lines of text and forms: not wider than can be read. */
  isNarrow?: boolean;
  children: ReactNode;
}

/** Where the viewer is since the last focus on a heading; the first page keeps the browser's own. */
let focusedPath: string | null = null;

/** A page with its one `h1`, which takes the focus when somebody navigates here. */
export function Page({ title, badge, description, actions, tabs, isNarrow = false, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  // Not where the router is going: on the way there the page before is still shown.
  const pathname = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  useEffect(() => {
    document.title = `${title} · Topo Sequences`;
  }, [title]);
  useEffect(() => {
    if (pathname === undefined || pathname === focusedPath) return;
    const isFirst = focusedPath === null;
    focusedPath = pathname;
    if (!isFirst) heading.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <div className="page" data-narrow={isNarrow || undefined}>
      <Group className="page-head" justify="space-between" align="flex-start" gap="sm">
        <div>
          <Group gap="sm">
            <Title order={1} ref={heading} tabIndex={-1} className="page-title">
              {title}
            </Title>
            {badge}
          </Group>
          {description && (
            <Text size="sm" c="dimmed" mt={2} component="div">
              {description}
            </Text>
          )}
        </div>
        {actions && <Group className="page-actions">{actions}</Group>}
      </Group>
      {tabs}
      {children}
    </div>
  );
}
