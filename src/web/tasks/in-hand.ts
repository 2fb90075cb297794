import { useNavigate, useSearch } from '@tanstack/react-router';
import { type RefObject, useEffect, useRef } from 'react';
import type { Search } from '../shell/search-params.ts';

interface Row {
  id: string;
}

export interface InHand<R extends Row> {
  /** What the address names; '' while nothing was chosen. */
  chosen: string;
  /** The one worked on: the chosen one, else the first. undefined: it is not in this list, or the list is empty. */
  row: R | undefined;
  choose: (id: string) => void;
  move: (by: 1 | -1) => void;
  /** The row is leaving: its successor is taken in hand, and has the focus once it is shown. */
  passOn: (leaving: string) => void;
}

/** Which row of a queue is worked on, kept in the address beside a list (a `DataTable`). */
export function useInHand<R extends Row>(
  name: 'task' | 'reply',
  rows: readonly R[],
  list: RefObject<HTMLElement | null>,
): InHand<R> {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const chosen = search[name] ?? '';
  const choose = (id: string) =>
    void navigate({
      to: '.',
      search: (before) => ({ ...before, [name]: id || undefined }),
      replace: true,
      resetScroll: false,
    });
  const row = chosen === '' ? rows[0] : rows.find(({ id }) => id === chosen);
  const passes = useRef(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at again whenever another row is in hand
  useEffect(() => {
    if (!passes.current) return;
    passes.current = false;
    const opener = list.current?.querySelector<HTMLElement>('tr[aria-current] [data-row-open]');
    (opener ?? list.current)?.focus();
  }, [row?.id, rows, list]);

  const move = (by: 1 | -1) => {
    const at = rows.findIndex(({ id }) => id === chosen);
    const next = at === -1 ? rows[0] : rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    if (!next) return;
    choose(next.id);
    list.current?.querySelectorAll<HTMLElement>('[data-row-open]')[rows.indexOf(next)]?.focus();
  };
  const passOn = (leaving: string) => {
    const at = rows.findIndex(({ id }) => id === leaving);
    const next = rows[at + 1] ?? rows[at - 1];
    passes.current = true;
    choose(next?.id ?? '');
  };
  return { chosen, row, choose, move, passOn };
}
