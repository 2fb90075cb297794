import type { ComposedEmail, OutgoingEmail, SendOutcome } from '../../adapters/mailer.ts';
import { isSwitchedOff } from '../../db/installation.ts';
import { findMember } from '../../db/member-reads.ts';
import { newId } from '../../db/new-id.ts';
import type { Tx } from '../../db/pool.ts';
import type { AccountRow } from '../../db/rows.ts';
import { findSender } from '../../db/workspaces.ts';
import { type EmailSettings, isLocalServer, maySend } from '../../domain/accounts/account.ts';
import { domainOf, isReservedDomain } from '../../domain/contact.ts';
import { factsAbout, renderStep } from '../../domain/copy/personalisation.ts';
import { threadStarter } from '../../domain/copy/step-edit.ts';
import { composeEmail, senderOf, signatureOf } from '../../domain/email.ts';
import {
  type AccountId,
  type ContactId,
  type MemberId,
  messageIdOf,
  type SequenceId,
  type StepId,
} from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { TemplateContent, TemplateStep } from '../../domain/template.ts';
import { onAccount } from '../accounts/on-account.ts';
import { smtpOf, virtualTimeHeader } from '../accounts/outgoing.ts';
import type { Caller, TestEmailDeps } from '../deps.ts';
import { fallbacksOf } from '../sequences/write-at-once.ts';
import { contactOf } from './preview-template.ts';

export interface TestEmailInput {
  /** Who asks: nobody else ever gets it. */
  memberId: MemberId;
  content: TemplateContent;
  /** Which step, counted from 1. */
  step: number;
  /** null: the sample contact. */
  contactId: ContactId | null;
  accountId: AccountId;
}

type EmailAccount = AccountRow & { settings: EmailSettings };

const PATIENCE_MS = 30_000;

/**
 * Sends one email step, as it would read, to the member who asks, over one of the workspace's accounts. It is in no
 * ledger and counts towards no cap; what permits no other mail permits none of these. Returns where it went. Design 7.
 */
export async function sendTestEmail(deps: TestEmailDeps, caller: Caller, input: TestEmailInput): Promise<string> {
  const { account, email } = await onAccount(deps, caller, input.accountId, async (tx, account, now) => {
    const sending = await refuseSilent(tx, account, now);
    return { account: sending, email: await prepare(tx, deps, caller, sending, input, now) };
  });
  const { raw } = await compose(deps, email);
  const outcome = await deps.mailer.send(
    smtpOf(deps.vault, account),
    { from: email.from.address, to: email.to.address },
    raw,
    // As for every message: once a pause was answered, no body is started.
    () => onAccount(deps, caller, account.id, async (tx, again, now) => (await whyNot(tx, again, now)) === null),
    AbortSignal.timeout(PATIENCE_MS),
  );
  if (outcome.kind !== 'accepted')
    throw new Refusal('rule_refused', `the test email was not sent: ${wordsOf(outcome)}`);
  return email.to.address;
}

async function refuseSilent(tx: Tx, account: AccountRow, now: number): Promise<EmailAccount> {
  const { settings, id } = account;
  if (settings.channel !== 'email') throw new Refusal('rule_refused', `account ${id} sends no email`);
  const why = await whyNot(tx, account, now);
  if (why !== null) throw new Refusal('wrong_state', why);
  return { ...account, settings };
}

/** Why the account sends nothing just now. */
async function whyNot(tx: Tx, account: AccountRow, now: number): Promise<string | null> {
  if (await isSwitchedOff(tx, account.workspaceId)) return 'sending is switched off';
  return maySend(account, now).kind === 'may' ? null : `account ${account.id} is ${account.status}`;
}

async function prepare(
  tx: Tx,
  { unsubscribeLinks }: TestEmailDeps,
  { workspaceId }: Caller,
  account: EmailAccount,
  { memberId, content, step: number, contactId }: TestEmailInput,
  now: number,
): Promise<OutgoingEmail> {
  const member = await findMember(tx, memberId);
  if (!member) throw new Refusal('not_found', { noun: 'member', id: memberId });
  if (!isLocalServer(account.settings.smtp) && isReservedDomain(domainOf(member.email)))
    throw new Refusal('rule_refused', 'your own address is in a domain kept for examples: nobody receives mail there');
  const sender = senderOf(content, account);
  const read = readerOf(content, factsAbout(await contactOf(tx, contactId), sender));
  // The way out belongs to a sequence; there is none here, so the link leads nowhere.
  const unsubscribeUrl = unsubscribeLinks.urlFor(newId<SequenceId>());
  const first = threadStarter(content.steps, number - 1);
  const composed = composeEmail({
    content: read(content.steps[number - 1], number),
    thread: { subject: first ? read(first, number).subject : null, quoted: null },
    signature: account.signature ?? signatureOf(sender),
    footer: { ...(await findSender(tx, workspaceId)), unsubscribeUrl, language: content.language },
  });
  return {
    ...composed,
    subject: `[Test] ${composed.subject}`,
    from: { name: sender.name, address: account.address },
    to: { name: member.name, address: member.email },
    messageId: messageIdOf(newId<SequenceId>(), newId<StepId>(), domainOf(account.address)),
    inReplyTo: null,
    references: [],
    unsubscribeUrl,
    ...virtualTimeHeader(now),
  };
}

/** Renders email steps; where a value is missing its name stands in brackets, for the reader is its author. */
function readerOf({ aiVariables }: TemplateContent, known: ReadonlyMap<string, string>) {
  const facts = new Map(known);
  for (const [name, { value }] of Object.entries(fallbacksOf(aiVariables))) if (value !== null) facts.set(name, value);
  return (step: TemplateStep | undefined, number: number): { subject: string; body: string } => {
    if (step?.kind !== 'email')
      throw new Refusal('rule_refused', `step ${number} is no email: only emails can be tried`);
    const gaps = renderStep(step, facts).missing.map((name): [string, string] => [name, `[${name}]`]);
    const { content } = renderStep(step, new Map([...facts, ...gaps]));
    if (content.kind !== 'email') throw new Error(`step ${step.id} was rendered as ${content.kind}`);
    return content;
  };
}

async function compose({ mailer }: TestEmailDeps, email: OutgoingEmail): Promise<ComposedEmail> {
  try {
    return await mailer.compose(email);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'InvalidEmail') throw error;
    throw new Refusal('invalid', `this is no email that could be sent: ${error.message}`);
  }
}

function wordsOf(outcome: Exclude<SendOutcome, { kind: 'accepted' }>): string {
  switch (outcome.kind) {
    case 'answered':
      return `the server answered ${outcome.code} ${outcome.text}`;
    case 'permissionWithdrawn':
      return 'the account was stopped meanwhile';
    case 'cutBeforeBody':
      return 'the server could not be reached';
    case 'unknown':
      return 'the connection broke before the server confirmed it; should it arrive, it was';
  }
}
