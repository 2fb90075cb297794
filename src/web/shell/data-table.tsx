import { Checkbox, UnstyledButton } from '@mantine/core';
import { type MouseEvent, type ReactNode, useEffect, useRef } from 'react';
import { useShortcuts } from './keys.tsx';

export interface Column<Row> {
  key: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** The column that names the row and opens it. Exactly one. */
  isTitle?: boolean;
  align?: 'left' | 'right';
  /** CSS width. */
  width?: string;
}

interface Selection {
  keys: ReadonlySet<string>;
  onChange: (keys: ReadonlySet<string>) => void;
}

interface DataTableProps<Row> {
  /** Names the table. */
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  keyOf: (row: Row) => string;
  /** What the row is called where only ears are: "Select Ada Lovelace". */
  nameOf: (row: Row) => string;
  onOpen?: (row: Row) => void;
  /** The row shown in the drawer or beside the table. */
  openKey?: string | null;
  selection?: Selection;
  /** The keys that move over rows; false where another list of the page has them. */
  hasKeys?: boolean;
}

/**
 * Rows that open. `j` and `k` move over them, Enter opens. On a phone each row is a card. When the row with the focus
 * leaves, the one that takes its place has it.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, rows, columns, keyOf, selection } = props;
  const table = useRef<HTMLTableElement>(null);
  useRowKeys(table, props.hasKeys ?? true);
  useFocusPassedOn(table, rows.map(keyOf).join());
  return (
    <table ref={table} className="data-table" aria-label={label}>
      <thead>
        <tr>
          {selection && (
            <th scope="col" className="data-tick">
              <TickAll {...props} selection={selection} />
            </th>
          )}
          {columns.map(({ key, header, align = 'left', width }) => (
            <th key={key} scope="col" data-align={align} style={width === undefined ? undefined : { width }}>
              {header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <DataRow key={keyOf(row)} {...props} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function DataRow<Row>({
  row,
  columns,
  keyOf,
  nameOf,
  onOpen,
  openKey = null,
  selection,
}: DataTableProps<Row> & { row: Row }) {
  const key = keyOf(row);
  const openByClick = (event: MouseEvent) => {
    const isOwnThing = event.target instanceof Element && event.target.closest('a, button, input, label') !== null;
    if (!isOwnThing && window.getSelection()?.isCollapsed !== false) onOpen?.(row);
  };
  return (
    <tr onClick={onOpen && openByClick} data-opens={onOpen !== undefined} aria-current={key === openKey || undefined}>
      {selection && (
        <td className="data-tick">
          <Checkbox
            size="xs"
            aria-label={`Select ${nameOf(row)}`}
            checked={selection.keys.has(key)}
            onChange={() => selection.onChange(toggled(selection.keys, key))}
          />
        </td>
      )}
      {columns.map(({ key: column, header, cell, isTitle = false, align = 'left' }) => (
        <td key={column} data-label={header} data-title={isTitle || undefined} data-align={align}>
          {isTitle && onOpen ? (
            <UnstyledButton className="row-open" data-row-open onClick={() => onOpen(row)}>
              {cell(row)}
            </UnstyledButton>
          ) : (
            <div className="cell">{cell(row)}</div>
          )}
        </td>
      ))}
    </tr>
  );
}

function TickAll<Row>({ rows, keyOf, selection }: DataTableProps<Row> & { selection: Selection }) {
  const here = rows.map(keyOf);
  const ticked = here.filter((key) => selection.keys.has(key)).length;
  return (
    <Checkbox
      size="xs"
      aria-label="Select all on this page"
      checked={ticked > 0 && ticked === here.length}
      indeterminate={ticked > 0 && ticked < here.length}
      onChange={() =>
        selection.onChange(
          ticked === here.length
            ? new Set([...selection.keys].filter((key) => !here.includes(key)))
            : new Set([...selection.keys, ...here]),
        )
      }
    />
  );
}

const toggled = (keys: ReadonlySet<string>, key: string): ReadonlySet<string> =>
  keys.has(key) ? new Set([...keys].filter((each) => each !== key)) : new Set([...keys, key]);

const openers = (within: Element | null): HTMLElement[] =>
  within ? [...within.querySelectorAll<HTMLElement>('[data-row-open], td[data-title] a')] : [];

/** `j` and `k` over every `[data-row-open]` (or title link) below an element; lists that are no table use it too. */
function useRowKeys(within: { readonly current: Element | null }, isOn = true): void {
  const move = (by: 1 | -1) => {
    const all = openers(within.current);
    const at = all.findIndex((each) => each.isSameNode(document.activeElement));
    const next = at === -1 ? (by === 1 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by));
    all[next]?.focus();
  };
  useShortcuts(
    isOn
      ? [
          { key: 'j', does: 'Next row', run: () => move(1) },
          { key: 'k', does: 'Row before', run: () => move(-1) },
        ]
      : [],
  );
}

/** The place of the row with the focus is remembered, and its successor gets the focus when the row itself is gone. */
function useFocusPassedOn(table: { readonly current: Element | null }, rows: string): void {
  const place = useRef(-1);
  useEffect(() => {
    const note = () => {
      const inside = document.activeElement?.closest('tr');
      const all = table.current ? [...table.current.querySelectorAll('tbody tr')] : [];
      if (document.activeElement !== document.body) place.current = inside ? all.indexOf(inside) : -1;
    };
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  }, [table]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at again whenever the rows change
  useEffect(() => {
    if (place.current === -1 || document.activeElement !== document.body) return;
    const all = openers(table.current);
    all[Math.min(place.current, all.length - 1)]?.focus();
  }, [rows, table]);
}
