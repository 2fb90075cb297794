import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { counted } from '../shell/counted.ts';

interface BulkBarProps {
  count: number;
  /** How many match the filters, on every page. */
  total: number;
  isAll: boolean;
  isWholePage: boolean;
  noun: string;
  onAll: () => void;
  onClear: () => void;
  children: ReactNode;
}

/** What is ticked, and what can be done with it. */
export const BulkBar = ({ count, total, isAll, isWholePage, noun, onAll, onClear, children }: BulkBarProps) => (
  <section className="bulk-bar" aria-label="Selected">
    <strong>{`${counted(count, noun)} selected`}</strong>
    {!isAll && isWholePage && total > count && (
      <Button size="compact-sm" variant="subtle" onClick={onAll}>
        {`Select all ${total.toLocaleString('en')} matching`}
      </Button>
    )}
    {children}
    <Button size="compact-sm" variant="subtle" color="gray" onClick={onClear}>
      Clear
    </Button>
  </section>
);
