import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { ends, terminalStatuses } from '../../domain/sequence.ts';

export const oneOf = (column: AnyPgColumn, values: readonly string[]): SQL =>
  sql`${column} in (${sql.raw(values.map((value) => `'${value}'`).join(', '))})`;

/** An end's reason is one of its status. */
export const endsMatch = (status: AnyPgColumn, reason: AnyPgColumn): SQL =>
  sql.join(
    [
      sql`${reason} is null`,
      ...terminalStatuses.map((end) => sql`(${oneOf(status, [end])} and ${oneOf(reason, ends[end])})`),
    ],
    sql` or `,
  );
