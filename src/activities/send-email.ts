import { type ComposedEmail, InvalidEmail, type OutgoingEmail } from '../adapters/mailer.ts';
import { smtpOf, virtualTimeHeader } from '../commands/accounts/outgoing.ts';
import { type Claim, permitBody } from '../db/claim.ts';
import { isDatabaseAway } from '../db/errors.ts';
import type { Tx } from '../db/pool.ts';
import type { AccountRow, StepRow } from '../db/rows.ts';
import { type Thread, threadOf } from '../db/threads.ts';
import type { Walk } from '../db/walks.ts';
import { findSender } from '../db/workspaces.ts';
import { composeEmail, type Quoted, type Sender, senderOf, signatureOf } from '../domain/email.ts';
import { localDate } from '../domain/schedule.ts';
import type { ActivityDeps } from './deps.ts';
import { openInbox } from './open-inbox.ts';
import { recordEmail } from './record-email.ts';
import type { DeedOutcome } from './step-results.ts';

/** Sends a claimed email over the account's SMTP server, and records which side of the gap the attempt ended on. Design 6. */
export async function sendEmail(
  deps: ActivityDeps,
  claim: Claim,
  workflowNow: number,
  signal: AbortSignal,
): Promise<DeedOutcome> {
  const { account, delivery, walk } = claim;
  if (account.settings.channel !== 'email') throw new Error(`account ${account.id} sends no email`);
  const inWorkspace = <T>(work: (tx: Tx) => Promise<T>) => deps.db.inWorkspace(walk.sequence.workspaceId, work);

  const email = await inWorkspace((tx) => prepare(tx, deps, claim));
  const composed = await compose(deps, email);
  if (!composed) return recordEmail(deps, claim, { kind: 'invalid' }, workflowNow);
  const { raw, sha256 } = composed;
  const outcome = await deps.mailer.send(
    smtpOf(deps.vault, { ...account, settings: account.settings }),
    { from: account.address, to: delivery.recipient },
    raw,
    async () => {
      await deps.fault?.('body_asked');
      const permitted = await inWorkspace((tx) => permitBody(tx, delivery, sha256, workflowNow));
      if (permitted) await deps.fault?.('data_started');
      return permitted;
    },
    signal,
  );
  if (outcome.kind === 'permissionWithdrawn') return 'withdrawn';
  if (outcome.kind === 'cutBeforeBody') return 'unreachable';

  if (outcome.kind === 'accepted') await deps.fault?.('accepted');
  const result = await untilRecorded(() => recordEmail(deps, claim, outcome, workflowNow));
  await deps.fault?.('recorded');
  if (outcome.kind === 'accepted') await fileCopy(deps, account, raw);
  return result;
}

const RECORD_TRIES = 30;
const RECORD_PAUSE_MS = 2_000;

/** The server has answered: a database that is away for a minute must not make a doubt of what is known. */
async function untilRecorded<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (tried === RECORD_TRIES || !isDatabaseAway(error)) throw error;
      await new Promise<void>((resolve) => void setTimeout(resolve, RECORD_PAUSE_MS));
    }
  }
}

/**
 * A copy in the Sent folder, where the provider files none itself, so that the sender finds the thread in their own mail.
 * The message is sent and recorded: a copy that cannot be filed is told, and fails nothing.
 */
async function fileCopy(deps: ActivityDeps, account: AccountRow, raw: Buffer): Promise<void> {
  if (account.settings.channel !== 'email' || account.settings.filesSent) return;
  try {
    const mailbox = await openInbox(deps, account);
    try {
      await mailbox.fileSent(raw);
    } finally {
      await mailbox.close();
    }
  } catch (error) {
    const why = error instanceof Error ? error.name : 'unknown';
    deps.log.warn({ accountId: account.id, why }, 'a sent copy could not be filed');
  }
}

/** null: what the copy says cannot be an email (a subject that came out empty, say), however often it is tried. */
async function compose({ mailer }: ActivityDeps, email: OutgoingEmail): Promise<ComposedEmail | null> {
  try {
    return await mailer.compose(email);
  } catch (error) {
    if (error instanceof InvalidEmail) return null;
    throw error;
  }
}

/** Everything that goes into the bytes, from the ledger and the workspace. */
async function prepare(
  tx: Tx,
  deps: ActivityDeps,
  { walk, step, account, delivery, now }: Claim,
): Promise<OutgoingEmail> {
  if (step.content?.kind !== 'email' || delivery.messageId === null) throw new Error(`step ${step.stepId} is no email`);
  const company = await findSender(tx, walk.sequence.workspaceId);
  const sender = senderOf(walk.content, account);
  const thread = await threadOf(tx, walk, step);
  const unsubscribeUrl = deps.unsubscribeLinks.urlFor(walk.sequence.id);
  const { firstName, lastName } = walk.contact;
  const composed = composeEmail({
    content: step.content,
    thread: { ...thread, quoted: quotedOf(walk, step, thread, sender) },
    signature: account.signature ?? signatureOf(sender),
    footer: { ...company, unsubscribeUrl, language: walk.content.language },
  });
  return {
    ...composed,
    from: { name: sender.name, address: account.address },
    to: { name: [firstName, lastName].filter(Boolean).join(' '), address: delivery.recipient },
    messageId: delivery.messageId,
    inReplyTo: thread.messageIds.at(-1) ?? null,
    references: thread.messageIds,
    unsubscribeUrl,
    ...virtualTimeHeader(now),
  };
}

/** The thread's last email, where the step is to show it below. */
function quotedOf({ steps, content }: Walk, step: StepRow, { lastStepId }: Thread, { name }: Sender): Quoted | null {
  const own = content.steps.find(({ id }) => id === step.stepId);
  const last = steps.find(({ stepId }) => stepId === lastStepId);
  if (own?.kind !== 'email' || !own.quoteHistory || last?.content?.kind !== 'email' || last.finishedAt === null)
    return null;
  const date = localDate(last.finishedAt, content.schedule.zone);
  return { author: name, date, text: last.content.body };
}
