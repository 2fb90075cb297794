import { or, type SQL, sql } from 'drizzle-orm';
import { contacts } from './schema.ts';

/** Whether a text holds what was typed, in any letter case; `%`, `_` and `\` mean themselves. */
export const containing = (text: SQL, typed: string): SQL =>
  sql`${text} ilike ${`%${typed.replace(/[\\%_]/g, '\\$&')}%`}`;

/** The contact as a person would look for one: by name, address, profile or company. */
export const contactHolds = (typed: string): SQL | undefined =>
  or(
    containing(sql`concat_ws(' ', ${contacts.firstName}, ${contacts.lastName})`, typed),
    ...[contacts.email, contacts.profile, contacts.company].map((column) => containing(sql`${column}`, typed)),
  );
