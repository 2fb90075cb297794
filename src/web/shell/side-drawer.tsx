import { Drawer } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { useIsAsked } from './dialog.tsx';

interface SideDrawerProps {
  title: ReactNode;
  onClose: () => void;
  /** Stays at the bottom; on a phone too. */
  footer?: ReactNode;
  children: ReactNode;
}

/** Over the page, from the right; on a phone the whole screen. Esc closes it, and the focus returns to what opened it. */
export function SideDrawer({ title, onClose, footer, children }: SideDrawerProps) {
  const opener = useRef(document.activeElement);
  const isAsked = useIsAsked();
  useEffect(() => {
    const { current } = opener;
    return () => {
      if (current instanceof HTMLElement && current.isConnected) current.focus({ preventScroll: true });
    };
  }, []);
  return (
    <Drawer
      opened
      onClose={onClose}
      closeOnEscape={!isAsked}
      closeOnClickOutside={!isAsked}
      title={title}
      position="right"
      size="min(680px, 100vw)"
      padding="lg"
      returnFocus={false}
      overlayProps={{ backgroundOpacity: 0.25 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
      classNames={{ body: 'drawer-body', title: 'drawer-title' }}
    >
      <div className="drawer-content">{children}</div>
      {footer && <div className="drawer-footer">{footer}</div>}
    </Drawer>
  );
}
