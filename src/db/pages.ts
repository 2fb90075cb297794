/** Which part of a list is asked for; pages count from 1. */
export interface PageAsked {
  page: number;
  size: number;
}

/** One page, with the count of all that match, which is the same on a page past the end. */
export interface Listed<T> {
  items: T[];
  totalCount: number;
}

/** How many rows lie before the page. */
export const rowsBefore = ({ page, size }: PageAsked): number => (page - 1) * size;
