import { asc, sql } from 'drizzle-orm';
import { beforeAll, beforeEach, vi } from 'vitest';
import { connectAccount } from '../../src/commands/accounts/connect-account.ts';
import { markRead, moveCursor, type Reader, takeMailbox } from '../../src/db/mailboxes.ts';
import { events } from '../../src/db/schema.ts';
import type { EventKind } from '../../src/domain/event.ts';
import type { AccountId, SequenceId } from '../../src/domain/ids.ts';
import { dotted, problemText } from '../../src/domain/problem.ts';
import type { RefusalCode } from '../../src/domain/refusal.ts';
import type { StepResult } from '../../src/domain/sequence.ts';
import { refusalOf } from './commanded.ts';
import { deedsForFile, TUESDAY_1000 } from './deeds.ts';
import { anEmailAccount, createMailServers } from './mail-servers.ts';
import { aHouse, newHouse } from './scenario.ts';

/*
 * What is asked for about accounts, of servers in memory, and questions to the rows that it leaves.
 */

/** Why it was refused, where, and in all its words; fails the test when it was not. */
export async function refusal(asked: Promise<unknown>): Promise<{ code: RefusalCode; places: string[]; text: string }> {
  const { code, message, problems } = await refusalOf(asked);
  const text = [message, ...problems.map(problemText)].join('\n');
  return { code, places: problems.map(({ path }) => dotted(path)), text };
}
export const refused = async (asked: Promise<unknown>) => (await refusal(asked)).code;

/** The deeds of a test file about accounts, a house, the servers it speaks to, and what its tests ask again and again. */
export function accountsForFile() {
  const deeds = deedsForFile();
  const mail = createMailServers(deeds);
  const house = newHouse();
  beforeAll(() => aHouse(deeds.db, house));
  beforeEach(() => {
    mail.reset();
    vi.restoreAllMocks();
    deeds.world.provider.accountStatus = 'ok';
  });

  const connect = (also: Parameters<typeof anEmailAccount>[0] = {}) =>
    connectAccount(mail.deps, house.caller, anEmailAccount(also));

  const eventsAbout = async (id: AccountId) => {
    const about = sql`${events.data} ->> 'account' = ${id}`;
    const told = await deeds.ask((rows) => rows.select().from(events).where(about).orderBy(asc(events.ordinal)));
    return told.map(({ kind, actor, data: { account: _, ...data } }) => ({ kind, actor, data }));
  };
  const kindsAbout = async (id: AccountId): Promise<EventKind[]> => (await eventsAbout(id)).map(({ kind }) => kind);

  /** Performs the current step when it is due; the first time, and again after what put it off. */
  async function performDue(id: SequenceId, dueAt?: number): Promise<{ result: StepResult; dueAt: number }> {
    const at = dueAt ?? (await deeds.sequenceOf(id)).nextAt ?? 0;
    return { result: await deeds.performStep(id, at), dueAt: at };
  }

  /** A reader in the middle of an inbox that was read before. */
  const aReaderOf = (id: AccountId): Promise<Reader> =>
    deeds.db.asSystem(async (tx) => {
      const reader = await takeMailbox(tx, id);
      if (!reader) throw new Error(`account ${id} has no inbox`);
      await moveCursor(tx, reader, 7, 41);
      await markRead(tx, reader, TUESDAY_1000);
      return reader;
    });

  /** Whether it may still move the cursor, and say that it came to the end. */
  const goesOn = (reader: Reader) =>
    deeds.db.asSystem(async (tx) => [await moveCursor(tx, reader, 7, 42), await markRead(tx, reader, TUESDAY_1000)]);

  return { deeds, mail, house, connect, eventsAbout, kindsAbout, performDue, aReaderOf, goesOn };
}
