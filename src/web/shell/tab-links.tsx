import { Link, type LinkProps, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

export interface TabLink extends Pick<LinkProps, 'to' | 'params' | 'search'> {
  label: string;
  /** Beside the label. */
  count?: number | undefined;
}

/** Parts of a page, each with an address of its own; where not all of them fit, the open one is in sight. */
export function TabLinks({ label, tabs }: { label: string; tabs: readonly TabLink[] }) {
  const bar = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked for again whenever another part is opened
  useEffect(() => {
    const open = bar.current?.querySelector<HTMLElement>('[aria-current]');
    if (bar.current && open)
      bar.current.scrollLeft = open.offsetLeft - (bar.current.clientWidth - open.offsetWidth) / 2;
  }, [pathname]);
  return (
    <nav aria-label={label} className="tabs" ref={bar}>
      {tabs.map(({ label: name, count, ...link }) => (
        <Link key={name} {...link} className="tab" activeProps={{ 'aria-current': 'page' }}>
          {name}
          {count !== undefined && <span className="tab-count">{count}</span>}
        </Link>
      ))}
    </nav>
  );
}
