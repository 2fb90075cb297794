import { Link, type LinkProps } from '@tanstack/react-router';

export interface TabLink extends Pick<LinkProps, 'to' | 'params' | 'search'> {
  label: string;
  /** Beside the label. */
  count?: number | undefined;
}

/** Parts of a page, each with an address of its own. */
export const TabLinks = ({ label, tabs }: { label: string; tabs: readonly TabLink[] }) => (
  <nav aria-label={label} className="tabs">
    {tabs.map(({ label: name, count, ...link }) => (
      <Link key={name} {...link} className="tab" activeProps={{ 'aria-current': 'page' }}>
        {name}
        {count !== undefined && <span className="tab-count">{count}</span>}
      </Link>
    ))}
  </nav>
);
