import { createHash } from 'node:crypto';
import type { MailParser } from '../adapters/mail-parser.ts';
import type { OpenMailbox } from '../adapters/mailbox.ts';
import { type ReceiveDeps, receiveMail } from '../commands/receive-mail.ts';
import { markRead, moveCursor, type Reader } from '../db/mailboxes.ts';
import type { Log } from '../domain/log.ts';

export interface InboxDeps extends ReceiveDeps {
  mailParser: MailParser;
  log: Log;
}

/** Another reader has taken the mailbox over; this one stops. */
export class TakenOver extends Error {
  override readonly name = 'TakenOver';
}

const MOST_BYTES = 25 * 1024 * 1024;
const TWO_DAYS_MS = 2 * 86_400_000;

/**
 * Reads whatever the inbox holds beyond the cursor, oldest first, and remembers how far; a message is handled before the
 * cursor passes it. Where the UIDs have been numbered anew, or nothing was ever read, it begins two days back: what was
 * seen before is known by its Message-ID. Returns how many messages it saw. Throws TakenOver and MailboxAway. Design 6.
 */
export async function readInbox(deps: InboxDeps, mailbox: OpenMailbox, reader: Reader): Promise<number> {
  const { uidValidity } = mailbox;
  const isNumberedAnew = reader.uidValidity !== uidValidity;
  const uids = isNumberedAnew
    ? await mailbox.since((reader.readAt ?? Date.now()) - TWO_DAYS_MS)
    : await mailbox.after(reader.lastUid);
  for (const uid of uids) {
    await handle(deps, mailbox, reader, uid);
    if (!isNumberedAnew) await move(deps, reader, uidValidity, uid);
  }
  if (isNumberedAnew) await move(deps, reader, uidValidity, uids.at(-1) ?? (await mailbox.after(0)).at(-1) ?? 0);
  if (!(await deps.db.inWorkspace(reader.workspaceId, (tx) => markRead(tx, reader)))) throw new TakenOver();
  return uids.length;
}

async function move({ db }: InboxDeps, reader: Reader, uidValidity: number, uid: number): Promise<void> {
  if (!(await db.inWorkspace(reader.workspaceId, (tx) => moveCursor(tx, reader, uidValidity, uid))))
    throw new TakenOver();
  reader.uidValidity = uidValidity;
  reader.lastUid = uid;
}

async function handle(deps: InboxDeps, mailbox: OpenMailbox, reader: Reader, uid: number): Promise<void> {
  const { accountId, workspaceId } = reader;
  const fetched = await mailbox.fetch(uid, MOST_BYTES);
  if (!fetched) return; // somebody deleted it meanwhile
  const mail = fetched.kind === 'mail' ? await deps.mailParser.parse(fetched.source) : null;
  const fallback =
    fetched.kind === 'mail'
      ? createHash('sha256').update(fetched.source).digest('hex')
      : `${mailbox.uidValidity}.${uid}`;
  const messageId = mail?.messageId ?? `<${fallback}@unnamed.invalid>`;
  const caller = { workspaceId, actor: 'service' } as const;
  const kind = await receiveMail(deps, caller, { accountId, messageId, mail });
  if (kind === 'unreadable') deps.log.warn({ accountId, uid }, 'a message could not be read without harm');
}
