import { createHash } from 'node:crypto';
import type { MailParser } from '../adapters/mail-parser.ts';
import { HEAD_BYTES, type OpenMailbox } from '../adapters/mailbox.ts';
import { type ReceiveDeps, type ReceivedMail, receiveMail } from '../commands/inbound/receive-mail.ts';
import { isDatabaseAway, sqlStateOf } from '../db/errors.ts';
import { fitsIndex } from '../db/inbound.ts';
import { markFailing, markRead, moveCursor, type Reader, realNow } from '../db/mailboxes.ts';
import type { Log } from '../domain/log.ts';

export interface InboxDeps extends ReceiveDeps {
  mailParser: MailParser;
  log: Log;
}

/** What one reader keeps from one pass to the next. */
export interface Passes {
  signal: AbortSignal;
  /** How often each message, by its UID, could not be handled. */
  failures: Map<number, number>;
}

export const newPasses = (signal = new AbortController().signal): Passes => ({ signal, failures: new Map() });

interface Session extends Passes {
  mailbox: OpenMailbox;
  reader: Reader;
}

/** Another reader has taken the mailbox over; this one stops. */
export class TakenOver extends Error {
  override readonly name = 'TakenOver';
}

const MOST_BYTES = 25 * 1024 * 1024;
const TWO_DAYS_MS = 2 * 86_400_000;
const MOST_FAILURES = 3;

/**
 * Reads whatever the inbox holds beyond the cursor, oldest first, and remembers how far; a message is handled before the
 * cursor passes it. Where the UIDs have been numbered anew, or nothing was ever read, it begins two days back: what was
 * seen before is known by its Message-ID. Returns whether it came to the end: not where it was told to stop, nor where a
 * message is to be tried again at the next pass. Throws TakenOver and MailboxAway. Design 6.
 */
export async function readInbox(
  deps: InboxDeps,
  mailbox: OpenMailbox,
  reader: Reader,
  passes = newPasses(),
): Promise<boolean> {
  const session: Session = { mailbox, reader, ...passes };
  const { workspaceId } = reader;
  const startedAt = await deps.db.inWorkspace(workspaceId, realNow);
  const isNumberedAnew = reader.uidValidity !== mailbox.uidValidity;
  // Asked first: what arrives between the two questions lies above it, and is read at the next pass at the latest.
  const floor = isNumberedAnew ? ((await mailbox.after(0)).at(-1) ?? 0) : reader.lastUid;
  const uids = isNumberedAnew
    ? await mailbox.since((reader.readAt ?? Date.now()) - TWO_DAYS_MS)
    : await mailbox.after(floor);
  for (const uid of uids) {
    if (passes.signal.aborted || !(await handled(deps, session, uid))) return false;
    if (!isNumberedAnew) await move(deps, session, uid);
  }
  if (isNumberedAnew) await move(deps, session, floor);
  if (!(await deps.db.inWorkspace(workspaceId, (tx) => markRead(tx, reader, startedAt)))) throw new TakenOver();
  return true;
}

async function move({ db }: InboxDeps, { mailbox, reader }: Session, uid: number): Promise<void> {
  const { uidValidity } = mailbox;
  if (!(await db.inWorkspace(reader.workspaceId, (tx) => moveCursor(tx, reader, uidValidity, uid))))
    throw new TakenOver();
  reader.uidValidity = uidValidity;
  reader.lastUid = uid;
}

/** Handles one message; false when that failed and is worth another try. One message must not stop an inbox for ever. */
async function handled(deps: InboxDeps, session: Session, uid: number): Promise<boolean> {
  const { reader, failures, signal } = session;
  const { accountId, workspaceId } = reader;
  const received = await receivedOf(deps, session, uid);
  if (!received) return true; // somebody deleted it meanwhile
  const caller = { workspaceId, actor: 'service' } as const;
  try {
    const kind = await receiveMail(deps, caller, received);
    if (kind === 'unreadable') deps.log.warn({ accountId, uid }, 'a message could not be read without harm');
    return true;
  } catch (error) {
    if (signal.aborted || isAway(error)) throw error;
    const times = (failures.get(uid) ?? 0) + 1;
    failures.set(uid, times);
    if (times < MOST_FAILURES) {
      await deps.db.inWorkspace(workspaceId, (tx) => markFailing(tx, reader, 'a message could not be handled yet'));
      return false;
    }
  }
  deps.log.error({ accountId, uid }, 'a message could not be handled and was passed over');
  await receiveMail(deps, caller, { ...received, mail: null });
  return true;
}

/** Not the message's fault: nobody was there to handle it, or two stood in one another's way. PostgreSQL manual, appendix A. */
const isAway = (error: unknown): boolean =>
  isDatabaseAway(error) || /^(?:08|40|53|55|57|58)...$/.test(sqlStateOf(error) ?? '');

/** What could be read of it: all, the header alone, or nothing. */
async function receivedOf(
  { mailParser }: InboxDeps,
  { mailbox, reader: { accountId } }: Session,
  uid: number,
): Promise<ReceivedMail | null> {
  const fetched = await mailbox.fetch(uid, MOST_BYTES);
  if (!fetched) return null;
  const source = fetched.kind === 'mail' ? fetched.source : fetched.head;
  const whole = fetched.kind === 'mail' ? await mailParser.parse(source) : null;
  const mail = whole ?? (await mailParser.parse(headerOf(source)));
  const ownId = mail?.messageId ?? '';
  const named = createHash('sha256').update(source).digest('hex');
  const messageId = ownId !== '' && fitsIndex(ownId) ? ownId : `<${named}@unnamed.invalid>`;
  return { accountId, messageId, mail, isHeaderOnly: whole === null };
}

/** A message without its body, as a message of its own. RFC 5322 section 2.1. */
function headerOf(source: Buffer): Buffer {
  const head = source.subarray(0, HEAD_BYTES).toString('latin1');
  return Buffer.from(`${head.split(/\r\n\r\n|\n\n|\r\r/, 1)[0] ?? ''}\r\n\r\n`, 'latin1');
}
