import { connectAccount } from '../../commands/accounts/connect-account.ts';
import { appNow } from '../../db/clock.ts';
import { DAY_MS } from '../../domain/durations.ts';
import { poll } from '../poll.ts';
import { answer, type Letter, readFolder } from './clients.ts';
import type { ForeignMailEngine } from './engine.ts';
import { foundHouse, launch, type Standing, samsAccount, standing } from './house.ts';
import { tryMistakes, tryOtherPorts } from './refusals.ts';
import type { Findings } from './report.ts';
import type { ForeignMail } from './server.ts';
import { refusedInside } from './settings.ts';

/** By the real clock: the servers have their own pace. */
const WITHIN_MS = 90_000;
const UNKNOWN = 'nobody@lead.example';
const SAM = 'sam@acme.example';
const ADA = 'ada@lead.example';

interface Stage {
  mail: ForeignMail;
  engine: ForeignMailEngine;
  findings: Findings;
  say(line: string): void;
}

/** One campaign over servers that are not ours: who answers, who is unknown, who turns out to be gone or full. */
export async function tellStory(stage: Stage): Promise<void> {
  const { engine, mail, findings, say } = stage;
  const { db, deps, commands, announcer } = engine;
  const caller = await foundHouse(db);
  const account = samsAccount(mail);
  say('Connecting the account, first with what people get wrong.');
  await tryMistakes(commands, caller, account, findings);
  const accountId = await connectAccount(commands, caller, account);
  findings.holds('the right settings', true, 'connects');
  await tryOtherPorts(commands, account, mail.ports, findings);
  await deps.walks.startMailbox(accountId); // a worker does so every minute

  say('The first emails.');
  const people = [
    { email: ADA, firstName: 'Ada', lastName: 'Löve' },
    { email: UNKNOWN, firstName: 'Nobody' },
    { email: refusedInside.gone, firstName: 'Gone' },
    { email: refusedInside.full, firstName: 'Full' },
  ];
  await launch(commands, caller, accountId, people);
  await announcer.settled();
  await forward(engine, DAY_MS);
  const first = await checkFirst(stage);
  await checkRefused(stage);

  say('The follow-up.');
  await forward(engine, 3 * DAY_MS);
  const second = await checkFollowUp(stage, first);

  say('The answer.');
  await checkAnswer(stage, second);
}

async function forward({ conductor, db }: ForeignMailEngine, ms: number): Promise<void> {
  await conductor.forward((await db.asSystem(appNow)) + ms);
}

async function checkFirst({ mail, engine, findings }: Stage): Promise<Letter> {
  const { sequence, sent } = await standing(engine.db, ADA);
  const [delivery] = sent;
  const letters = await inbox(mail, 1);
  const [letter] = letters;
  if (!letter) throw new Error('the first email is not in the inbox of the contact');
  findings.same('messages in the inbox of the contact', letters.length, 1);
  findings.same('From', letter.from, { address: SAM, name: 'Sam Sender' });
  findings.same('To', letter.to, [{ address: ADA, name: 'Ada Löve' }]);
  findings.same('Subject', letter.subject, 'Grüße an Ada');
  findings.same('Return-Path', letter.header('return-path'), `<${SAM}>`);
  findings.same('Message-ID, as in the ledger', letter.messageId, delivery?.messageId);
  findings.same('Ledger', delivery?.state, 'SENT');
  const link = engine.deps.unsubscribeLinks.urlFor(sequence.id);
  const ways = letter.header('list-unsubscribe');
  findings.holds('List-Unsubscribe', ways?.split(', ').includes(`<${link}>`) ?? false, ways ?? 'none');
  findings.same('List-Unsubscribe-Post', letter.header('list-unsubscribe-post'), 'List-Unsubscribe=One-Click');
  for (const [part, text] of [
    ['plain', letter.text],
    ['HTML', letter.html],
  ] as const)
    findings.holds(`${part} part: the copy and the way out`, bothIn(text ?? '', 'It costs 5 € – or nothing.', link));
  findings.holds('logged in, encrypted (Received)', / with ESMTPSA /.test(letter.header('received') ?? ''));
  findings.same('bytes as in the ledger (SHA-256)', letter.sha256, delivery?.contentHash);
  await checkCopies({ mail, findings }, [delivery?.contentHash]);
  return letter;
}

const bothIn = (text: string, ...parts: string[]) => parts.every((part) => text.includes(part));

/** What the sender sees of it in their own mail: everything that was accepted, whoever it was for. */
async function checkCopies({ mail, findings }: Pick<Stage, 'mail' | 'findings'>, hashes: readonly unknown[]) {
  const copies = await readFolder(mail, mail.sam, 'Sent');
  const found = hashes.map((hash) => copies?.filter(({ sha256 }) => sha256 === hash).length);
  findings.same(
    `copies in Sent of ${hashes.length} to the contact`,
    found,
    hashes.map(() => 1),
  );
  findings.same(
    'all of them marked as read',
    copies?.every(({ flags }) => flags.has('\\Seen')),
    true,
  );
}

/** Refused at once, refused later in a report, and refused for a reason that may pass. */
async function checkRefused({ engine: { db }, findings }: Stage): Promise<void> {
  const unknown = await standing(db, UNKNOWN);
  findings.same(`${UNKNOWN}: refused at RCPT`, unknown.sent[0]?.state, 'REJECTED');
  findings.holds(
    'what Postfix said',
    unknown.sent[0]?.answer?.startsWith('550 5.1.1') ?? false,
    unknown.sent[0]?.answer ?? '',
  );
  findings.same('its sequence', endOf(unknown), ['FAILED', 'hard_bounce', 'hard_bounce']);

  const gone = await until('the report about a mailbox that is gone', async () => {
    const now = await standing(db, refusedInside.gone);
    return now.sequence.endedAt === null ? undefined : now;
  });
  findings.same(
    `${refusedInside.gone}: accepted, then a report`,
    [gone.sent[0]?.state, gone.sent[0]?.bounce],
    ['SENT', 'hard'],
  );
  findings.same('its sequence', endOf(gone), ['FAILED', 'hard_bounce', 'hard_bounce']);

  const full = await until('the report about a mailbox that is full', async () => {
    const now = await standing(db, refusedInside.full);
    return now.sent[0]?.bounce ? now : undefined;
  });
  findings.same(
    `${refusedInside.full}: accepted, then a report`,
    [full.sent[0]?.state, full.sent[0]?.bounce],
    ['SENT', 'soft'],
  );
  findings.same('its sequence', endOf(full), ['ACTIVE', null, null]);
}

const endOf = ({ sequence, suppressed }: Standing) => [sequence.status, sequence.endReason, suppressed];

async function checkFollowUp({ mail, engine, findings }: Stage, first: Letter): Promise<Letter> {
  const { sent } = await standing(engine.db, ADA);
  const letters = await inbox(mail, 2);
  const [, second] = letters;
  if (!second) throw new Error('the follow-up is not in the inbox of the contact');
  findings.same('messages in the inbox of the contact', letters.length, 2);
  findings.same('Subject', second.subject, `Re: ${first.subject}`);
  findings.same('In-Reply-To', second.header('in-reply-to'), first.messageId);
  findings.same('References', second.header('references'), first.messageId);
  findings.same('Message-ID, as in the ledger', second.messageId, sent[1]?.messageId);
  await checkCopies(
    { mail, findings },
    sent.map(({ contentHash }) => contentHash),
  );
  return second;
}

async function checkAnswer({ mail, engine, findings }: Stage, letter: Letter): Promise<void> {
  const { db } = engine;
  const before = await standing(db, ADA);
  findings.same('before the answer', before.sequence.status, 'ACTIVE');
  const writtenAt = Date.now();
  await answer(mail, mail.ada, SAM, letter, "Sounds good, let's talk.");
  const ended = await until('the answer', async () => {
    const now = await standing(db, ADA);
    return now.sequence.status === 'SUCCEEDED' ? now : undefined;
  });
  findings.holds('seen by the watcher', true, `${((Date.now() - writtenAt) / 1000).toFixed(1)} s after it was written`);
  findings.same('its sequence', endOf(ended), ['SUCCEEDED', 'positive_reply', null]);
  await forward(engine, 7 * DAY_MS);
  findings.same('messages a week later: the third was called off', (await inbox(mail, 2)).length, 2);
}

/** The contact's inbox once it holds so many; Postfix delivers when it likes. */
const inbox = (mail: ForeignMail, count: number) =>
  until(`message ${count} in the inbox of the contact`, async () => {
    const letters = await readFolder(mail, mail.ada, 'INBOX');
    return letters && letters.length >= count ? letters : undefined;
  });

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const found = await poll(ask, WITHIN_MS, { everyMs: 200 });
  if (found === undefined) throw new Error(`${what} did not come within ${WITHIN_MS / 1000} s`);
  return found;
}
