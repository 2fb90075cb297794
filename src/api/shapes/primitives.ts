import { z } from 'zod';
import { type AnyId, idOf, isId } from '../../domain/ids.ts';

/*
 * The shapes all routes share. What comes in is parsed here and branded; what goes out is written field by field, so
 * that a new column never leaks. Objects that come in are strict: what nobody reads is refused, not ignored.
 */

/** An id as it is sent: a UUID in any letter case. */
export const writtenId = z
  .string()
  .refine(isId, 'must be a UUID, like 018d7e6f-5c4b-7a39-8281-c0d1e2f3a4b5')
  .meta({ format: 'uuid' });

/** An id in a path, a query or a body; handed on in lower case and branded. */
export const idOfA = <T extends AnyId>() => writtenId.transform((text) => idOf<T>(text)).meta({ format: 'uuid' });

/** An id in an answer. */
export const printedId = z.guid();

/** Path parameters of `/…/:id`. */
export const pathId = <T extends AnyId>() => z.strictObject({ id: idOfA<T>() });

/** A whole number in a query, as plain decimal digits. */
export const wholeNumber = (from: number, to: number) => {
  const expected = `must be a whole number from ${from} to ${to}`;
  return z
    .string()
    .refine((digits) => /^-?(0|[1-9]\d*)$/.test(digits), expected)
    .transform(Number)
    .refine((value) => value >= from && value <= to, expected)
    .meta({ type: 'integer', minimum: from, maximum: to });
};

/** What a page past any end still counts as a number. */
const LAST_PAGE = 2 ** 31 - 1;

/** `page` and `size` of every list; spread into the list's own parameters. */
export const paging = {
  page: wholeNumber(1, LAST_PAGE).default(1).describe('Page number (1-indexed). Defaults to 1.'),
  size: wholeNumber(1, 100).default(10).describe('Number of items per page. Between 1 and 100. Defaults to 10.'),
};

export interface Paging {
  /** From 1. */
  page: number;
  size: number;
}

/** The answer of every list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    total_count: z.int(),
    total_pages: z.int(),
    has_more: z.boolean(),
  });

/** What `pageOf` shows, for those who read it. */
export interface Listing<Item> {
  items: Item[];
  total_count: number;
  total_pages: number;
  has_more: boolean;
}

/** Fills `pageOf`: the totals are those of the whole match, also on a page past its end. */
export function pageAnswer<Item>(items: Item[], totalCount: number, { page, size }: Paging): Listing<Item> {
  const totalPages = Math.ceil(totalCount / size);
  return { items, total_count: totalCount, total_pages: totalPages, has_more: page < totalPages };
}

/** Text that Postgres can store: no NUL and no half surrogate pairs. */
export const text = (atMost: number, atLeast = 0) =>
  z
    .string()
    .min(atLeast, atLeast === 1 ? 'must not be empty' : undefined)
    .max(atMost)
    .refine((value) => !/[\0\p{Surrogate}]/u.test(value), 'must not hold U+0000 or half a surrogate pair');

/** An instant as every answer prints it: UTC, whole seconds, `2025-01-08T10:30:00Z`. */
export const printInstant = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
export const printInstantOrNull = (at: number | null): string | null => (at === null ? null : printInstant(at));

/** The schema of what `printInstant` makes. */
export const printedInstant = z.string().meta({ format: 'date-time' });
