import { type ComposedEmail, InvalidEmail, type OutgoingEmail, type SendOutcome } from '../adapters/mailer.ts';
import { guardAccount } from '../commands/accounts/guard-account.ts';
import { smtpOf, virtualTimeHeader } from '../commands/accounts/outgoing.ts';
import { disconnectAccount, restAccount } from '../db/accounts.ts';
import { type Claim, permitBody, settleDelivery } from '../db/claim.ts';
import { answerConfirmation } from '../db/confirmations.ts';
import { isDatabaseAway } from '../db/errors.ts';
import { noteBounce } from '../db/inbound.ts';
import { endSequence, finishStep } from '../db/moves.ts';
import type { Tx } from '../db/pool.ts';
import type { AccountRow, StepRow } from '../db/rows.ts';
import { suppress } from '../db/suppressions.ts';
import { type Thread, threadOf } from '../db/threads.ts';
import type { Walk } from '../db/walks.ts';
import { findSender } from '../db/workspaces.ts';
import { restUntil } from '../domain/accounts/account.ts';
import { retryAt } from '../domain/delivery.ts';
import { composeEmail, type Quoted, type Sender, senderOf, signatureOf } from '../domain/email.ts';
import { localDate } from '../domain/schedule.ts';
import type { SequenceEnd, StepResult } from '../domain/sequence.ts';
import { classifyAnswer } from '../domain/smtp-answer.ts';
import { startConfirming } from './confirm-sent.ts';
import type { ActivityDeps } from './deps.ts';
import { openInbox } from './open-inbox.ts';
import { returnStep } from './orphans.ts';
import { defer } from './put-off.ts';
import { recordAttempt } from './record-attempt.ts';
import { keepSample } from './sent-folder.ts';
import { type DeedOutcome, doneResult, endedResult } from './step-results.ts';

type Answered = Extract<SendOutcome, { kind: 'answered' }>;

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
  if (!composed) return inWorkspace((tx) => recordInvalid(tx, claim, workflowNow));
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
  const result = await untilRecorded(() => inWorkspace((tx) => recordOutcome(tx, deps, claim, outcome, workflowNow)));
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

const recordInvalid = (tx: Tx, claim: Claim, workflowNow: number) =>
  recordAttempt(tx, claim, workflowNow, async ({ walk, step, now }) => {
    if (!(await settleDelivery(tx, claim.delivery, 'REJECTED', now))) return null;
    return failStep(tx, walk, step, { status: 'FAILED', reason: 'invalid_content' }, now);
  });

/** The step failed, and with it the sequence, unless it has ended meanwhile. */
async function failStep(tx: Tx, walk: Walk, step: StepRow, end: SequenceEnd, now: number): Promise<StepResult> {
  await finishStep(tx, walk, step, 'FAILED', now, 'service', end.reason);
  if (walk.sequence.endedAt === null) await endSequence(tx, walk, end, 'service', now);
  return endedResult(walk);
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

type Recorded = Extract<SendOutcome, { kind: 'accepted' | 'answered' | 'unknown' }>;

function recordOutcome(
  tx: Tx,
  deps: ActivityDeps,
  claim: Claim,
  outcome: Recorded,
  workflowNow: number,
): Promise<StepResult> {
  return recordAttempt(tx, claim, workflowNow, async ({ walk, step, account, now }) => {
    const { delivery } = claim;
    switch (outcome.kind) {
      case 'accepted': {
        if (!(await settleDelivery(tx, delivery, 'SENT', now, { answer: outcome.answer }))) return null;
        await keepSample(tx, claim, account);
        if (step.status === 'SKIPPED') return null; // a person gave it up before this was known
        if (step.status === 'UNCONFIRMED') await answerConfirmation(tx, walk, step, 'sent', now);
        await finishStep(tx, walk, step, 'SENT', now);
        return doneResult(walk);
      }
      case 'unknown': {
        if (!(await settleDelivery(tx, delivery, 'UNCONFIRMED', now))) return null;
        return startConfirming(tx, walk, step, now);
      }
      case 'answered':
        return recordRefusal(tx, deps, { ...claim, walk, step, account, now }, outcome);
    }
  });
}

/** A refusal by class: the message is known not to have been taken. Design 6. */
async function recordRefusal(tx: Tx, deps: ActivityDeps, claim: Claim, answer: Answered): Promise<StepResult | null> {
  const { walk, step, account, delivery, now } = claim;
  const text = `${answer.code} ${answer.enhanced ?? ''} ${answer.text}`.slice(0, 500);
  const release = (also = {}) => settleDelivery(tx, delivery, 'RELEASED', now, { answer: text, ...also });
  const isOpen = walk.sequence.endedAt === null;
  /** An attempt that was given up for dead: nobody need be asked any more whether the message was sent. */
  const settleQuestion = async (outcome: 'send_again' | null) => {
    if (step.status === 'UNCONFIRMED') await answerConfirmation(tx, walk, step, outcome, now);
  };
  const later = async (until: number, why: 'provider_retry' | 'held' | 'account_cap') => {
    if (step.status === 'SKIPPED') return null;
    await settleQuestion(isOpen ? 'send_again' : null);
    await returnStep(tx, walk, step);
    return isOpen ? defer(tx, deps, walk, until, why, now) : endedResult(walk);
  };
  const fail = async (end: SequenceEnd) => {
    if (step.status === 'SKIPPED') return null;
    await settleQuestion(null);
    return failStep(tx, walk, step, end, now);
  };

  switch (classifyAnswer(answer)) {
    case 'temporary': {
      const first = delivery.firstTemporaryAt ?? now;
      const count = delivery.temporaryAnswers + 1;
      if (!(await release({ temporaryAnswers: count, firstTemporaryAt: first }))) return null;
      const until = retryAt(now, count, first);
      return until === null ? fail({ status: 'FAILED', reason: 'delivery_failed' }) : later(until, 'provider_retry');
    }
    case 'authentication': {
      if (!(await release())) return null;
      const until = await disconnectAccount(tx, account, now);
      return later(until, 'held');
    }
    case 'limit': {
      if (!(await release())) return null;
      await restAccount(tx, account, restUntil(now), now);
      return later(restUntil(now), 'account_cap');
    }
    case 'unknown_recipient': {
      if (!(await settleDelivery(tx, delivery, 'REJECTED', now, { answer: text }))) return null;
      await noteBounce(tx, delivery.id, 'hard', now);
      await guardAccount(tx, account, now);
      await suppress(
        tx,
        walk.sequence.workspaceId,
        { kind: 'address', value: delivery.recipient },
        'hard_bounce',
        'service',
        now,
      );
      return fail({ status: 'FAILED', reason: 'hard_bounce' });
    }
    case 'policy': {
      if (!(await settleDelivery(tx, delivery, 'REJECTED', now, { answer: text }))) return null;
      return fail({ status: 'FAILED', reason: 'rejected_by_policy' });
    }
  }
}
