import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';

/** What stands behind the `?`: texts only, so that addresses can be read and typed. */
export type Search = Readonly<Record<string, string | undefined>>;

export const readSearch = (text: string): Search => Object.fromEntries(new URLSearchParams(text));

export function writeSearch(search: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(search).flatMap(([name, value]) =>
    value === undefined || value === null || value === '' ? [] : [[name, String(value)]],
  );
  const text = new URLSearchParams(given).toString();
  return text === '' ? '' : `?${text}`;
}

/** What a parameter may say; anything else counts as not given. */
export interface Reader<T> {
  read(text: string): T | undefined;
  initial: T;
}

export const aText = (initial = ''): Reader<string> => ({ read: (text) => text.slice(0, 200), initial });

/** One of a list; '' while none is chosen. */
export function oneOf<const T extends string>(choices: readonly T[]): Reader<T | ''>;
export function oneOf<const T extends string>(choices: readonly T[], initial: T): Reader<T>;
export function oneOf(choices: readonly string[], initial = ''): Reader<string> {
  return { read: (text) => choices.find((choice) => choice === text), initial };
}

export const aNumber = (initial: number): Reader<number> => ({
  read: (text) => (/^[1-9]\d{0,6}$/.test(text) ? Number(text) : undefined),
  initial,
});

type Readers = Readonly<Record<string, Reader<string> | Reader<number>>>;
type Values<R extends Readers> = { [Name in keyof R]: R[Name]['initial'] };

export interface Filters<R extends Readers> {
  values: Values<R>;
  /** Whether anything but the page differs from how the page opens. */
  isFiltered: boolean;
  /** Changes some; a change of any other goes back to the first page. */
  set(change: Partial<Values<R>>): void;
  clear(): void;
}

/** The filters of a page, kept in its address. `readers` must stay the same object between renders. */
export function useFilters<const R extends Readers>(readers: R): Filters<R> {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const values = useMemo(() => valuesOf(readers, search), [readers, search]);
  const write = useCallback(
    (change: Readonly<Record<string, unknown>>) => {
      void navigate({ to: '.', search: (before) => ({ ...before, ...textsOf(readers, change) }), replace: true });
    },
    [navigate, readers],
  );
  return {
    values,
    isFiltered: Object.entries(readers).some(([name, { initial }]) => name !== 'page' && values[name] !== initial),
    set: (change) => write({ ...('page' in readers ? { page: readers.page?.initial } : {}), ...change }),
    clear: () => write(Object.fromEntries(Object.entries(readers).map(([name, { initial }]) => [name, initial]))),
  };
}

function valuesOf<R extends Readers>(readers: R, search: Search): Values<R> {
  const read = ([name, reader]: [string, Readers[string]]) => {
    const text = search[name];
    return [name, text === undefined ? reader.initial : (reader.read(text) ?? reader.initial)];
  };
  return Object.fromEntries(Object.entries(readers).map(read));
}

/** As they stand in the address; what is as at first does not. */
function textsOf(readers: Readers, change: Readonly<Record<string, unknown>>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(change).map(([name, value]) => {
      const isInitial = value === undefined || value === readers[name]?.initial;
      return [name, isInitial ? undefined : value === true ? 'yes' : String(value)];
    }),
  );
}

/** One parameter that is no filter: the drawer, the step. null takes it away. */
export function useSearchParam(name: string): [string | null, (value: string | null) => void] {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const set = useCallback(
    (value: string | null) =>
      void navigate({ to: '.', search: (before) => ({ ...before, [name]: value ?? undefined }), resetScroll: false }),
    [navigate, name],
  );
  return [search[name] ?? null, set];
}
