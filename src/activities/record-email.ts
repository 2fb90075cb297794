import type { SendOutcome } from '../adapters/mailer.ts';
import { guardAccount } from '../commands/accounts/guard-account.ts';
import { disconnectAccount, restAccount } from '../db/accounts.ts';
import { type Claim, settleDelivery } from '../db/claim.ts';
import { answerConfirmation } from '../db/confirmations.ts';
import { noteBounce } from '../db/inbound.ts';
import { failStep, finishStep } from '../db/moves.ts';
import type { DeliveryRow } from '../db/rows.ts';
import { suppress } from '../db/suppressions.ts';
import { restUntil } from '../domain/accounts/account.ts';
import { retryAt } from '../domain/delivery.ts';
import type { Failure, StepResult, Why } from '../domain/sequence.ts';
import { type AnswerClass, classifyAnswer } from '../domain/smtp-answer.ts';
import { startConfirming } from './confirm-sent.ts';
import type { ActivityDeps } from './deps.ts';
import { returnAndDefer } from './put-off.ts';
import { type Recording, recordAttempt } from './record-attempt.ts';
import { keepSample } from './sent-folder.ts';
import { doneResult, endedResult } from './step-results.ts';

/** What is to be recorded of an email: the server's word, or that it could not even be composed. */
export type EmailRecord = Extract<SendOutcome, { kind: 'accepted' | 'answered' | 'unknown' }> | { kind: 'invalid' };

interface Effect {
  /** What the ledger says of the message from now on. */
  message: 'SENT' | 'UNCONFIRMED' | 'RELEASED' | 'REJECTED';
  /** What it counts beside. */
  counts?: typeof temporaryAnswersOf;
  /** What becomes of the message's step; null: a person gave it up meanwhile. */
  step(at: Recording): Promise<StepResult | null>;
}

/** What each outcome leaves. A refusal goes by its class: the message is known not to have been taken. Design 6. */
const effects: Record<Exclude<EmailRecord['kind'], 'answered'> | AnswerClass, Effect> = {
  accepted: { message: 'SENT', step: sent },
  unknown: { message: 'UNCONFIRMED', step: (at) => startConfirming(at, at.step) },
  invalid: { message: 'REJECTED', step: (at) => fail(at, 'invalid_content') },
  temporary: { message: 'RELEASED', counts: temporaryAnswersOf, step: tryAgain },
  authentication: { message: 'RELEASED', step: waitForLogin },
  limit: { message: 'RELEASED', step: letAccountRest },
  unknown_recipient: { message: 'REJECTED', step: giveUpAddress },
  policy: { message: 'REJECTED', step: (at) => fail(at, 'rejected_by_policy') },
};

/** Writes down what became of a claimed email, and answers with what the workflow has to do next. */
export const recordEmail = (
  deps: ActivityDeps,
  claim: Claim,
  outcome: EmailRecord,
  workflowNow: number,
): Promise<StepResult> =>
  deps.db.inWorkspace(claim.walk.sequence.workspaceId, (tx) =>
    recordAttempt(tx, claim, workflowNow, async (fresh) => {
      const { delivery } = claim;
      const effect = effects[outcome.kind === 'answered' ? classifyAnswer(outcome) : outcome.kind];
      const also = { ...answerOf(outcome), ...effect.counts?.(delivery, fresh.now) };
      const settled = await settleDelivery(fresh, delivery, effect.message, also);
      return settled ? effect.step({ ...fresh, deps, claim }) : null;
    }),
  );

/** The ledger keeps no more of a server's words. */
const LONGEST_ANSWER = 500;

function answerOf(outcome: EmailRecord): { answer?: string } {
  if (outcome.kind === 'accepted') return { answer: outcome.answer };
  if (outcome.kind !== 'answered') return {};
  const { code, enhanced, text } = outcome;
  return { answer: `${code} ${enhanced ?? ''} ${text}`.slice(0, LONGEST_ANSWER) };
}

async function sent(at: Recording): Promise<StepResult | null> {
  const { tx, walk, step, account, claim } = at;
  await keepSample(tx, claim, account);
  if (step.status === 'SKIPPED') return null;
  await settleQuestion(at, 'sent');
  await finishStep(at, step, 'SENT');
  return doneResult(walk);
}

async function tryAgain(at: Recording): Promise<StepResult | null> {
  const { temporaryAnswers, firstTemporaryAt } = temporaryAnswersOf(at.claim.delivery, at.now);
  const until = retryAt(at.now, temporaryAnswers, firstTemporaryAt);
  return until === null ? fail(at, 'delivery_failed') : later(at, until, 'provider_retry');
}

/** This one included. */
function temporaryAnswersOf(before: DeliveryRow, now: number) {
  return { temporaryAnswers: before.temporaryAnswers + 1, firstTemporaryAt: before.firstTemporaryAt ?? now };
}

async function waitForLogin(at: Recording): Promise<StepResult | null> {
  return later(at, await disconnectAccount(at.tx, at.account, at.now), 'held');
}

async function letAccountRest(at: Recording): Promise<StepResult | null> {
  const until = restUntil(at.now);
  await restAccount(at.tx, at.account, until, at.now);
  return later(at, until, 'account_cap');
}

async function giveUpAddress(at: Recording): Promise<StepResult | null> {
  const { tx, walk, account, claim, now } = at;
  const { id, recipient } = claim.delivery;
  await noteBounce(tx, id, 'hard', now);
  await guardAccount(tx, account, now);
  const { workspaceId } = walk.sequence;
  await suppress(at, { workspaceId, kind: 'address', value: recipient, reason: 'hard_bounce' });
  return fail(at, 'hard_bounce');
}

async function later(at: Recording, until: number, why: Why): Promise<StepResult | null> {
  if (at.step.status === 'SKIPPED') return null;
  await settleQuestion(at, at.walk.sequence.endedAt === null ? 'send_again' : null);
  return returnAndDefer(at, at.deps, until, why);
}

async function fail(at: Recording, reason: Failure): Promise<StepResult | null> {
  const { walk, step } = at;
  if (step.status === 'SKIPPED') return null;
  await settleQuestion(at, null);
  await failStep(at, step, reason);
  return endedResult(walk);
}

/** An attempt that was given up for dead: nobody need be asked any more whether the message was sent. */
async function settleQuestion(at: Recording, outcome: 'sent' | 'send_again' | null) {
  if (at.step.status === 'UNCONFIRMED') await answerConfirmation(at, at.step, outcome);
}
