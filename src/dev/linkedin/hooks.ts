import { and, asc, eq, ne, sql } from 'drizzle-orm';
import type { Db } from '../../db/pool.ts';
import { accounts } from '../../db/schema.ts';
import type { CallbackTarget } from './callbacks.ts';

/**
 * Where the simulator's callbacks of an account go: to that account's own address in the API, as somebody who sets up a
 * provider would have written it there. Null for an account that nobody has connected.
 */
export const linkedInHooks =
  (db: Db, apiUrl: string, secret: string) =>
  async (externalId: string): Promise<CallbackTarget | null> => {
    const [account] = await db.asSystem((tx) =>
      tx
        .select({ id: accounts.id })
        .from(accounts)
        .where(
          and(
            eq(accounts.channel, 'linkedin'),
            ne(accounts.status, 'REMOVED'),
            eq(sql`${accounts.settings} ->> 'externalId'`, externalId),
          ),
        )
        .orderBy(asc(accounts.createdAt))
        .limit(1),
    );
    return account ? { url: `${apiUrl}/hooks/linkedin/${account.id}`, secret } : null;
  };
