import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ActivityDeps } from '../../../src/activities/deps.ts';
import { createWatchActivities } from '../../../src/activities/index.ts';
import { newPasses, readInbox } from '../../../src/activities/read-inbox.ts';
import type { MailParser } from '../../../src/adapters/mail-parser.ts';
import { parseMail } from '../../../src/adapters/parse-mail.ts';
import { type ReceiveDeps, receiveMail } from '../../../src/commands/inbound/receive-mail.ts';
import { recordReply } from '../../../src/commands/inbound/record-reply.ts';
import { learnPoints } from '../../../src/db/contact-points.ts';
import { countStale, realNow, restartMailbox, takeMailbox } from '../../../src/db/mailboxes.ts';
import { newId } from '../../../src/db/new-id.ts';
import { accounts, deliveries, inboundMessages, mailboxes, members, sequenceSteps } from '../../../src/db/schema.ts';
import type { AccountId, DeliveryId, MemberId, SequenceId, StepId } from '../../../src/domain/ids.ts';
import { type Deeds, startDeeds } from '../../support/deeds.ts';
import {
  accountOf,
  anEnrolled,
  as,
  changeAccount,
  clockOf,
  contactOf,
  type Enrolled,
  eventsOf,
  first,
  suppressionsOf,
} from '../../support/enrolled.ts';
import { FAR_AHEAD, sequenceRow, steps } from '../../support/scenario.ts';

/*
 * What arrives in an inbox, from its bytes to what it does to a sequence: on a real Postgres, with the mail server in
 * memory. Every test has a house, an account and an inbox of its own.
 */

const DAY = 86_400_000;

let deeds: Deeds;
beforeAll(async () => {
  deeds = await startDeeds();
});
beforeEach(() => {
  deeds.world.inbox.length = 0;
  Object.assign(deeds.world.imap, { isAway: false, uidValidity: 1 });
});
afterAll(() => deeds?.stop());

const row = (id: SequenceId) => sequenceRow(deeds.db, id);
const inboundOf = (of: Enrolled) =>
  deeds.db.asSystem((tx) =>
    tx
      .select()
      .from(inboundMessages)
      .where(eq(inboundMessages.accountId, of.emailAccount))
      .orderBy(asc(inboundMessages.receivedAt)),
  );
const mailboxOf = async (of: Enrolled) =>
  first(await deeds.db.asSystem((tx) => tx.select().from(mailboxes).where(eq(mailboxes.accountId, of.emailAccount))));
const read = (of: Enrolled) => deeds.watchMailbox(of.emailAccount);

/** A sequence whose first email was sent, and that email's Message-ID. */
async function written(...also: Parameters<typeof steps>): Promise<Enrolled & { messageId: string }> {
  const sequence = await anEnrolled(deeds, { steps: steps('email', ...also) });
  await deeds.performStep(sequence.id, (await row(sequence.id)).nextAt ?? 0);
  const { messageId } = first(await deeds.deliveriesOf(sequence.id));
  return { ...sequence, messageId: messageId ?? '' };
}

/** The answer to a first sequence that has ended reaches the second, which is open. */
async function writtenTwice() {
  const old = await written();
  expect(await row(old.id)).toMatchObject({ status: 'COMPLETED' });
  await deeds.moveTo((await clockOf(deeds)) + DAY);
  const lead = { email: old.email, profile: `in/${old.profile}` };
  const open = await anEnrolled(deeds, { steps: steps('email', 'email'), house: old, lead });
  expect((await row(open.id)).contactId).toBe((await row(old.id)).contactId);
  return { old, open };
}

/** Watches for as many passes as are given: between two of them something may happen. */
function watch(of: Enrolled, passes: number, also: Partial<ActivityDeps> = {}) {
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const mailboxes: ActivityDeps['mailboxes'] = {
    async open(settings, signal) {
      const mailbox = await deeds.world.mailboxes.open(settings, signal);
      return {
        ...mailbox,
        changed: async () => {
          passes--;
          if (passes === 0) environment.cancel();
        },
      };
    },
  };
  const activities = createWatchActivities({ ...deeds.deps, mailboxes, ...also });
  return environment.run(activities.watchMailbox, { accountId: of.emailAccount });
}

/** Handling a message that our unsubscribe address was sent fails with this. */
const failingWith = (error: Error): Pick<ActivityDeps, 'unsubscribeLinks'> => ({
  unsubscribeLinks: {
    ...deeds.deps.unsubscribeLinks,
    sequenceOf: () => {
      throw error;
    },
  },
});

/** A parser that anything below a header would harm. */
const onlyHeaders: MailParser = {
  parse: async (source) => (source.toString().trimEnd().includes('\r\n\r\n') ? null : parseMail(source)),
  stop: async () => undefined,
};

/** Messages of the sequence's account that came back before, as they may stand in the ledger. */
async function manyBounced({ id, workspaceId, emailAccount }: Enrolled): Promise<void> {
  const at = await clockOf(deeds);
  const stepIds = Array.from({ length: 60 }, () => newId<StepId>());
  const row = { workspaceId, sequenceId: id };
  await deeds.db.asSystem(async (tx) => {
    await tx.insert(sequenceSteps).values(
      stepIds.map((stepId, index) => ({
        ...row,
        stepId,
        position: 10 + index,
        kind: 'email' as const,
        name: 'Step',
        status: 'CANCELED' as const,
      })),
    );
    await tx.insert(deliveries).values(
      stepIds.map((stepId) => ({
        ...row,
        id: newId<DeliveryId>(),
        stepId,
        accountId: emailAccount,
        state: 'SENT' as const,
        recipient: 'ada@lead.example',
        claimedAt: at,
        dataStartedAt: at,
        bounce: 'hard' as const,
        bouncedAt: at,
      })),
    );
  });
}

let mails = 0;

/** A message as it comes over the wire. */
function aMail(headers: Record<string, string>, body: string): string {
  const all = { 'Message-ID': `<mail-${mails++}@lead.example>`, Subject: 'Re: Hello Ada', ...headers };
  return `${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\r\n')}\r\n\r\n${body}\r\n`;
}

const replyTo = (of: Enrolled & { messageId: string }, body: string, headers: Record<string, string> = {}) =>
  aMail({ From: `Ada <${of.email}>`, 'In-Reply-To': of.messageId, References: of.messageId, ...headers }, body);

function bounceOf({ messageId }: { messageId: string }, status: string): string {
  const part = (type: string, body: string) => `--b\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`;
  return aMail(
    {
      From: 'Mail Delivery System <MAILER-DAEMON@mx.example>',
      Subject: 'Undelivered Mail Returned to Sender',
      'Content-Type': 'multipart/report; report-type=delivery-status; boundary=b',
    },
    `${part('text/plain', 'Your message could not be delivered.')}${part(
      'message/delivery-status',
      `Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; somebody@lead.example\r\nAction: failed\r\nStatus: ${status}\r\n`,
    )}${part('text/rfc822-headers', `Message-ID: ${messageId}\r\nSubject: Hello Ada\r\n`)}--b--`,
  );
}

describe('a reply', () => {
  test('in the thread ends the sequence, and nothing more is sent', async () => {
    const sequence = await written('email');
    deeds.world.receive(replyTo(sequence, "Sounds good, let's talk."));
    expect(await read(sequence)).toBe('again');
    expect(await row(sequence.id)).toMatchObject({ status: 'SUCCEEDED', endReason: 'positive_reply' });
    expect(await inboundOf(sequence)).toMatchObject([
      { kind: 'reply', sequenceId: sequence.id, intent: 'positive', decidedBy: 'rule', fromAddress: sequence.email },
    ]);
  });

  test('without a thread is known by its sender', async () => {
    const sequence = await written('email');
    deeds.world.receive(aMail({ From: sequence.email.toUpperCase(), Subject: 'Your mail' }, 'We are not interested.'));
    await read(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'STOPPED_EARLY', endReason: 'negative_reply' });
  });

  test.each(['Yes, let’s talk.', 'We are not interested.'])(
    'of a stranger in the thread is for a person, and the sequence waits meanwhile: %s',
    async (words) => {
      const sequence = await written('email');
      deeds.world.receive(replyTo(sequence, words, { From: 'Bob <bob@other.example>' }));
      await read(sequence);
      expect(await row(sequence.id)).toMatchObject({ status: 'WAITING_FOR_USER', endReason: null });
      const [task] = await deeds.tasksOf(sequence.id);
      expect(task).toMatchObject({ kind: 'read_reply', status: 'OPEN' });
      expect(task?.instructions).toBe(`Bob <bob@other.example> writes in this contact’s thread:\n\n${words}`);
    },
  );

  test('of a stranger in the thread who wants no more mails is heeded at once', async () => {
    const sequence = await written('email');
    deeds.world.receive(replyTo(sequence, 'Please stop emailing us.', { From: 'Bob <bob@other.example>' }));
    await read(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'FAILED', endReason: 'unsubscribed' });
    const left = (await suppressionsOf(deeds, sequence.workspaceId)).map(({ value }) => value);
    expect(left.sort()).toEqual(['bob@other.example', sequence.email, sequence.profile].sort()); // and the very address
  });

  test('of our own people in the thread decides nothing', async () => {
    const sequence = await written('email');
    const { address } = await accountOf(deeds, sequence.emailAccount);
    const [colleague, member] = [`colleague@${address.split('@')[1]}`, 'member@elsewhere.example'];
    const { workspaceId } = sequence;
    await deeds.db.asSystem((tx) =>
      tx.insert(members).values({ id: newId<MemberId>(), workspaceId, name: 'Kim', email: member, createdAt: 0 }),
    );
    for (const From of [colleague, member]) {
      deeds.world.receive(replyTo(sequence, 'Yes, let’s talk.', { From }));
      await read(sequence);
    }
    expect(await inboundOf(sequence)).toMatchObject([{ kind: 'own' }, { kind: 'own' }]);
    expect(await row(sequence.id)).toMatchObject({ status: 'ACTIVE' });
  });

  test('of another contact in somebody’s thread is about their own sequence', async () => {
    const ada = await written('email');
    const bob = await anEnrolled(deeds, { steps: steps('email', 'email'), house: ada });
    deeds.world.receive(replyTo(ada, 'We are not interested.', { From: bob.email }));
    await read(ada);
    expect(await row(ada.id)).toMatchObject({ status: 'ACTIVE' });
    expect(await row(bob.id)).toMatchObject({ status: 'STOPPED_EARLY', endReason: 'negative_reply' });
  });

  test('to something that no sequence wrote, before our first email, is an answer to the one that is open', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('email') });
    deeds.world.receive(aMail({ From: sequence.email, Subject: 'Re: lunch' }, 'Please stop emailing me.'));
    await read(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'FAILED', endReason: 'unsubscribed' });
  });

  test.each([
    ['Grace has left the company.', 'Find out who follows'],
    ['Please confirm that your message was written by a human: https://filter.example/c/1', 'Prove to the mail filter'],
  ])('of a machine that a person has to know of opens a task that says so: %s', async (words, title) => {
    const sequence = await written('email');
    deeds.world.receive(replyTo(sequence, words, { 'Auto-Submitted': 'auto-replied' }));
    await read(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'WAITING_FOR_USER' });
    const [task] = await deeds.tasksOf(sequence.id);
    expect(task?.title).toContain(title);
    expect(task?.instructions).toContain(words);
  });

  test('from another address of the contact’s than the one that was written to is theirs', async () => {
    const sequence = await written('email');
    const further = 'ada@home.example';
    const { workspaceId, contactId } = await row(sequence.id);
    const learnt = { workspaceId, contactId, source: 'person', now: 0 } as const;
    await deeds.db.asSystem((tx) => learnPoints(tx, learnt, [{ kind: 'address', key: further }]));
    deeds.world.receive(aMail({ From: further, Subject: 'Your mail' }, 'We are not interested.'));
    await read(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'STOPPED_EARLY', endReason: 'negative_reply' });
  });

  test('that no rule understands waits for a person, with what was written and without what was quoted', async () => {
    const sequence = await written('email');
    deeds.world.receive(replyTo(sequence, 'Hm, what about the other building?\r\n\r\n> Mail 1 to Ada'));
    await read(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'WAITING_FOR_USER' });
    const [task] = await deeds.tasksOf(sequence.id);
    expect(task).toMatchObject({ kind: 'read_reply', instructions: 'Hm, what about the other building?' });
  });

  test('by sender alone, a month after we last wrote, is a person’s to read, whatever it says', async () => {
    const sequence = await written('email');
    await deeds.moveTo((await clockOf(deeds)) + 31 * DAY);
    deeds.world.receive(aMail({ From: sequence.email, Subject: 'Hello' }, "Yes, let's talk."));
    await read(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'WAITING_FOR_USER' });
  });

  test('that asks to be removed suppresses the contact everywhere', async () => {
    const sequence = await written('email');
    deeds.world.receive(replyTo(sequence, 'Please unsubscribe me.'));
    await read(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'FAILED', endReason: 'unsubscribed' });
    expect(await suppressionsOf(deeds, sequence.workspaceId)).toContainEqual({
      kind: 'address',
      value: sequence.email,
      reason: 'unsubscribed',
    });
  });

  test('that our unsubscribe address was asked for counts by its token, whoever sends it', async () => {
    const [sequence, other] = [await written('email'), await written('email')];
    const token = (of: Enrolled) => deeds.deps.unsubscribeLinks.urlFor(of.id).split('/').at(-1) ?? '';
    const asked = (subject: string) =>
      deeds.world.receive(
        aMail({ From: 'private@elsewhere.example', Subject: subject, 'Auto-Submitted': 'auto-generated' }, ''),
      );
    asked(`unsubscribe ${token(sequence)}`);
    asked(`unsubscribe ${token(other)}`); // of another workspace
    asked(`unsubscribe ${other.id}.${'x'.repeat(27)}`); // forged
    await read(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'FAILED', endReason: 'unsubscribed' });
    expect(await row(other.id)).toMatchObject({ status: 'ACTIVE' });
    expect((await inboundOf(sequence)).map(({ kind }) => kind).toSorted()).toEqual(['reply', 'unrelated', 'unrelated']);
  });

  test('read again, after a crash or by a second reader, changes nothing more', async () => {
    const sequence = await written('email');
    deeds.world.receive(replyTo(sequence, 'Hm, what about the other building?'));
    deeds.world.receive(replyTo(sequence, "Sounds good, let's talk."));
    await Promise.all([read(sequence), read(sequence), read(sequence)]);
    deeds.world.imap.uidValidity = 2; // numbered anew: everything is looked at again
    await read(sequence);
    expect(await inboundOf(sequence)).toHaveLength(2);
    expect(await deeds.tasksOf(sequence.id)).toMatchObject([
      { kind: 'read_reply', instructions: 'Hm, what about the other building?' },
      { kind: 'answer_reply', instructions: "Sounds good, let's talk." },
    ]);
    expect(await eventsOf(deeds, sequence.id, 'reply_received')).toHaveLength(2);
  });

  test('is matched and unread where its Message-ID, or one it names, is longer than an index can hold', async () => {
    const sequence = await written('email');
    // All different, for what repeats itself is compressed and fits.
    const signs = Array.from({ length: 970 }, (_, index) => String.fromCodePoint(0x4e00 + ((index * 7919) % 20_000)));
    const id = `<${signs.join('')}@lead.example>`;
    const ids = { 'Message-ID': id, References: `${id} ${sequence.messageId}`, 'In-Reply-To': id };
    deeds.world.receive(replyTo(sequence, "Sounds good, let's talk.", ids));
    expect(await read(sequence)).toBe('again');
    expect(await row(sequence.id)).toMatchObject({ status: 'SUCCEEDED' });
    expect(first(await inboundOf(sequence)).messageId).toMatch(/^<[0-9a-f]{64}@unnamed\.invalid>$/);
  });

  test('to a sequence that has ended reaches the one that is open, once', async () => {
    const { old, open } = await writtenTwice();
    deeds.world.receive(replyTo(old, 'We are not interested.'));
    await read(old);
    expect(await row(old.id)).toMatchObject({ status: 'COMPLETED' });
    expect(await row(open.id)).toMatchObject({ status: 'STOPPED_EARLY', endReason: 'negative_reply' });
    deeds.world.imap.uidValidity = 2;
    await read(old);
    expect(await eventsOf(deeds, open.id, 'reply_received')).toHaveLength(1);
  });

  test('that is good news makes both a success, to be answered once, and one that nobody understands is asked about on the open one', async () => {
    const one = await writtenTwice();
    deeds.world.receive(replyTo(one.old, "Sounds good, let's talk."));
    await read(one.old);
    expect((await Promise.all([row(one.old.id), row(one.open.id)])).map(({ status }) => status)).toEqual([
      'SUCCEEDED',
      'SUCCEEDED',
    ]);
    // By whom they wrote to.
    expect(await deeds.tasksOf(one.old.id)).toMatchObject([
      { kind: 'answer_reply', instructions: "Sounds good, let's talk.", status: 'OPEN' },
    ]);
    expect(await deeds.tasksOf(one.open.id)).toEqual([]);
    const two = await writtenTwice();
    deeds.world.receive(replyTo(two.old, 'Hm, what about the other building?'));
    await read(two.old);
    expect(await row(two.open.id)).toMatchObject({ status: 'WAITING_FOR_USER' });
    expect(await deeds.tasksOf(two.open.id)).toMatchObject([{ kind: 'read_reply' }]);
  });

  test('told again later reaches nothing that was begun since', async () => {
    const old = await written('email');
    const reply = { sequenceId: old.id, intent: 'negative', key: old.id } as const;
    await recordReply(deeds.commands, old.caller, reply);
    const lead = { email: old.email, profile: `in/${old.profile}` };
    const next = await anEnrolled(deeds, { steps: steps('email'), house: old, lead });
    await recordReply(deeds.commands, old.caller, reply);
    expect(await row(next.id)).toMatchObject({ status: 'ACTIVE' });
  });

  test('told to both sequences survives a crash between the two', async () => {
    const { old, open } = await writtenTwice();
    const reply = { sequenceId: old.id, intent: 'negative', key: old.id } as const;
    const announce = () => {
      throw new Error('the process is gone');
    };
    await expect(recordReply({ ...deeds.commands, announce }, old.caller, reply)).rejects.toThrow('is gone');
    expect(await row(open.id)).toMatchObject({ status: 'ACTIVE' });
    await recordReply(deeds.commands, old.caller, reply);
    expect(await row(open.id)).toMatchObject({ status: 'STOPPED_EARLY' });
  });

  test.each<[string, () => Partial<ActivityDeps>, number]>([
    ['is larger than 25 MB', () => ({}), 26 * 1024 * 1024],
    ['harms the parser', () => ({ mailParser: onlyHeaders }), 10],
  ])('that %s is a person’s to read in the mailbox', async (_, also, size) => {
    const [byThread, bySender] = [await written('email'), await written('email')];
    deeds.world.receive(replyTo(byThread, 'x'.repeat(size), { From: 'bob@other.example' }));
    await watch(byThread, 1, also());
    deeds.world.inbox.length = 0;
    deeds.world.receive(aMail({ From: bySender.email }, 'x'.repeat(size)));
    await watch(bySender, 1, also());
    for (const { id } of [byThread, bySender]) {
      expect(await row(id)).toMatchObject({ status: 'WAITING_FOR_USER' });
      const [task] = await deeds.tasksOf(id);
      expect(task).toMatchObject({ kind: 'read_reply', instructions: expect.stringContaining('in the mailbox') });
    }
    expect(await inboundOf(byThread)).toMatchObject([{ kind: 'reply', intent: 'unclear', decidedBy: null }]);
  });

  test('of a stranger that could not be read is nobody’s', async () => {
    const sequence = await written('email');
    deeds.world.receive(aMail({ From: 'stranger@elsewhere.example', Subject: 'Secret' }, 'x'));
    await watch(sequence, 1, { mailParser: onlyHeaders });
    expect(await inboundOf(sequence)).toMatchObject([{ kind: 'unreadable', subject: null, fromAddress: null }]);
  });

  test('means after a crash what it was first taken for', async () => {
    const sequence = await written('email');
    let asked = 0;
    const replyReader: ReceiveDeps['replyReader'] = {
      read: async () => ({ intent: asked++ === 0 ? 'positive' : 'negative', confidence: 1 }),
    };
    const { unsubscribeLinks } = deeds.deps;
    const caller = { workspaceId: sequence.workspaceId, actor: 'service' } as const;
    const mail = await parseMail(Buffer.from(replyTo(sequence, 'Hm, what about the other building?')));
    const received = { accountId: sequence.emailAccount, messageId: '<once@lead.example>', mail };
    const receive = (also: Partial<ReceiveDeps>) =>
      receiveMail({ ...deeds.commands, unsubscribeLinks, replyReader, ...also }, caller, received);
    const { db } = deeds;
    let transactions = 0;
    const inWorkspace: typeof db.inWorkspace = (workspaceId, work) => {
      transactions++;
      if (transactions === 3) throw new Error('the process is gone'); // noted and decided, but not done
      return db.inWorkspace(workspaceId, work);
    };
    await expect(receive({ db: { ...db, inWorkspace } })).rejects.toThrow('is gone');
    expect(await row(sequence.id)).toMatchObject({ status: 'ACTIVE' });
    await receive({});
    expect(asked).toBe(1);
    expect(await row(sequence.id)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await inboundOf(sequence)).toMatchObject([{ intent: 'positive', decidedBy: 'model' }]);
  });

  test('to a message whose answer was lost says that it was sent', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('email', 'email') });
    deeds.world.react(sequence.email, { outcome: { kind: 'unknown', detail: 'connection reset' } });
    as('deferred', await deeds.performStep(sequence.id, (await row(sequence.id)).nextAt ?? 0));
    const { messageId } = first(await deeds.deliveriesOf(sequence.id));
    deeds.world.receive(replyTo({ ...sequence, messageId: messageId ?? '' }, 'Hm, what about the other building?'));
    await read(sequence);
    expect((await deeds.stepsOf(sequence.id)).map(({ status }) => status)).toEqual(['SENT', 'PENDING']);
    expect(first(await deeds.deliveriesOf(sequence.id)).state).toBe('SENT');
  });
});

describe('an automatic answer', () => {
  const auto = { 'Auto-Submitted': 'auto-replied' };

  test('that says when the contact is back holds the sequence until the working day after', async () => {
    const sequence = await written('email');
    const clock = await clockOf(deeds);
    const back = new Date(clock + 20 * DAY).toISOString().slice(0, 10);
    deeds.world.receive(replyTo(sequence, `I am out of the office. I will be back on ${back}.`, auto));
    await read(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'WAITING_FOR_LEAD' });
    const { awayUntil } = await contactOf(deeds, sequence.id);
    expect(awayUntil).toBeGreaterThan(Date.parse(back));
    expect(awayUntil).toBeLessThan(Date.parse(back) + 4 * DAY);

    // The same machine, in words without a date, takes nothing back; another date does.
    deeds.world.receive(replyTo(sequence, 'I am out of the office.', auto));
    await read(sequence);
    expect((await contactOf(deeds, sequence.id)).awayUntil).toBe(awayUntil);
    const sooner = new Date(clock + 6 * DAY).toISOString().slice(0, 10);
    deeds.world.receive(replyTo(sequence, `I will be back on ${sooner}.`, auto));
    await read(sequence);
    expect((await contactOf(deeds, sequence.id)).awayUntil).toBeLessThan(Date.parse(back));
  });

  test('of another kind is noted and changes nothing', async () => {
    const sequence = await written('email');
    deeds.world.receive(replyTo(sequence, 'We have received your request. Ticket 123.', auto));
    await read(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'ACTIVE' });
    expect(await inboundOf(sequence)).toMatchObject([{ kind: 'auto_reply' }]);
  });
});

describe('a delivery report', () => {
  test('of an address that does not exist fails the sequence and suppresses whom the message went to', async () => {
    const sequence = await written('email');
    deeds.world.receive(bounceOf(sequence, '5.1.1'));
    await read(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'FAILED', endReason: 'hard_bounce' });
    expect(first(await deeds.deliveriesOf(sequence.id))).toMatchObject({ bounce: 'hard' });
    expect(await suppressionsOf(deeds, sequence.workspaceId)).toContainEqual({
      kind: 'address',
      value: sequence.email,
      reason: 'hard_bounce',
    });
  });

  test('counts against the account that sent the message, in whosever inbox it arrives', async () => {
    const sequence = await written('email');
    const account = await accountOf(deeds, sequence.emailAccount);
    const second = { ...account, id: newId<AccountId>(), address: 'kim@acme.example' };
    await deeds.db.asSystem(async (tx) => {
      await tx.insert(accounts).values(second);
      await tx.insert(mailboxes).values({ workspaceId: second.workspaceId, accountId: second.id });
    });
    await manyBounced(sequence);
    deeds.world.receive(bounceOf(sequence, '5.1.1'));
    await read({ ...sequence, emailAccount: second.id });
    expect(await accountOf(deeds, sequence.emailAccount)).toMatchObject({ status: 'PAUSED', pausedWhy: 'bounce_rate' });
    expect(await accountOf(deeds, second.id)).toMatchObject({ status: 'CONNECTED' });
  });

  test('of a full mailbox is noted, and the sequence goes on', async () => {
    const sequence = await written('email');
    deeds.world.receive(bounceOf(sequence, '4.2.2'));
    await read(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'ACTIVE' });
    expect(first(await deeds.deliveriesOf(sequence.id))).toMatchObject({ bounce: 'soft' });
  });

  test('that names no message of ours, or another workspace’s, is nobody’s', async () => {
    const [sequence, other] = [await written('email'), await written('email')];
    deeds.world.receive(bounceOf({ messageId: '<forged@acme.example>' }, '5.1.1'));
    deeds.world.receive(bounceOf(other, '5.1.1'));
    await read(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'ACTIVE' });
    expect(await row(other.id)).toMatchObject({ status: 'ACTIVE' });
    expect((await inboundOf(sequence)).map(({ kind }) => kind)).toEqual(['unrelated', 'unrelated']);
  });

  test('of spam fails the sequence and suppresses the address', async () => {
    const sequence = await written('email');
    const part = (type: string, body: string) => `--b\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`;
    deeds.world.receive(
      aMail(
        {
          From: 'abuse@provider.example',
          'Content-Type': 'multipart/report; report-type=feedback-report; boundary=b',
        },
        `${part('text/plain', 'This is a spam report.')}${part(
          'message/feedback-report',
          'Feedback-Type: abuse\r\nVersion: 1\r\nUser-Agent: Provider/1\r\n',
        )}${part('message/rfc822', `Message-ID: ${sequence.messageId}\r\nSubject: Hello Ada\r\n\r\nMail 1 to Ada`)}--b--`,
      ),
    );
    await read(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'FAILED', endReason: 'complained' });
  });
});

describe('other mail', () => {
  test('of somebody we never wrote to leaves its id and nothing else', async () => {
    const sequence = await written('email');
    deeds.world.receive(aMail({ From: 'stranger@elsewhere.example', Subject: 'Secret' }, 'Very private.'));
    await read(sequence);
    expect(await inboundOf(sequence)).toMatchObject([
      { kind: 'unrelated', fromAddress: null, subject: null, text: null, html: null, sequenceId: null },
    ]);
  });

  test('of one of our own accounts is no reply, also in the thread', async () => {
    const sequence = await written('email');
    deeds.world.receive(replyTo(sequence, "Yes, let's talk.", { From: 'Sam <SAM@acme.example>' }));
    await read(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'ACTIVE' });
    expect(await inboundOf(sequence)).toMatchObject([{ kind: 'own' }]);
  });
});

describe('a mailbox', () => {
  test('is read from where it was left, and counts as read once its end was reached', async () => {
    const sequence = await written('email');
    deeds.world.receive(aMail({ From: 'stranger@elsewhere.example' }, 'one'));
    await read(sequence);
    expect(await mailboxOf(sequence)).toMatchObject({ uidValidity: 1, lastUid: 1, failingSince: null });
    const { readAt } = await mailboxOf(sequence);
    expect(readAt).toBeLessThan(Date.now() + 60_000);
    deeds.world.receive(aMail({ From: 'stranger@elsewhere.example' }, 'two'));
    await read(sequence);
    expect(await mailboxOf(sequence)).toMatchObject({ lastUid: 2 });
    expect(await inboundOf(sequence)).toHaveLength(2);
  });

  test('that is away is told as failing, keeps its cursor, and is tried again', async () => {
    const sequence = await written('email');
    deeds.world.imap.isAway = true;
    await expect(read(sequence)).rejects.toThrow('the mailbox could not be reached');
    const { failingSince, failure } = await mailboxOf(sequence);
    expect(failingSince).not.toBeNull();
    expect(failure).toBe('imap.example:993 does not answer');
    deeds.world.imap.isAway = false;
    await read(sequence);
    expect(await mailboxOf(sequence)).toMatchObject({ failingSince: null, failure: null });
  });

  test('that refuses the password disconnects its account, and is left alone until it is connected again', async () => {
    const sequence = await written('email');
    deeds.world.imap.refusesLogin = true;
    try {
      expect(await read(sequence)).toBe('gone');
      expect(await accountOf(deeds, sequence.emailAccount)).toMatchObject({ status: 'DISCONNECTED' });
    } finally {
      deeds.world.imap.refusesLogin = false;
    }
    expect(await read(sequence)).toBe('gone');
    await changeAccount(deeds, sequence.emailAccount, { status: 'CONNECTED' });
    expect(await read(sequence)).toBe('again');
  });

  test('of a paused account is read: replies come to it too', async () => {
    const sequence = await written('email');
    await changeAccount(deeds, sequence.emailAccount, { status: 'PAUSED' });
    deeds.world.receive(replyTo(sequence, "Sounds good, let's talk."));
    expect(await read(sequence)).toBe('again');
    expect(await row(sequence.id)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('has one reader that counts: one that was given up for dead cannot move the cursor back', async () => {
    const sequence = await written('email');
    deeds.world.receive(aMail({ From: 'stranger@elsewhere.example' }, 'one'));
    let overtaken = false;
    deeds.world.hooks.beforeFetch = async () => {
      if (overtaken) return;
      overtaken = true;
      await read(sequence); // another reader does all of it meanwhile
      deeds.world.receive(aMail({ From: 'stranger@elsewhere.example' }, 'two'));
      await read(sequence);
    };
    try {
      expect(await read(sequence)).toBe('again');
    } finally {
      deeds.world.hooks.beforeFetch = undefined;
    }
    expect(await mailboxOf(sequence)).toMatchObject({ lastUid: 2 });
    expect(await inboundOf(sequence)).toHaveLength(2);
  });

  test('is not stopped by a message that cannot be handled: at the third failure it is passed over and told', async () => {
    const sequence = await written('email');
    deeds.world.receive(replyTo(sequence, 'Secret words', { Subject: `unsubscribe ${'x'.repeat(27)}` }));
    deeds.world.receive(replyTo(sequence, "Sounds good, let's talk."));
    const broken = failingWith(new Error('Secret words'));
    await watch(sequence, 2, broken);
    expect(await mailboxOf(sequence)).toMatchObject({ lastUid: 0, readAt: FAR_AHEAD });
    expect((await mailboxOf(sequence)).failingSince).not.toBeNull();
    expect(await watch(sequence, 3, broken)).toBe('again');
    expect(await mailboxOf(sequence)).toMatchObject({ failingSince: null, failure: null });
    expect((await inboundOf(sequence)).map(({ kind }) => kind).toSorted()).toEqual(['reply', 'unreadable']);
    expect(await row(sequence.id)).toMatchObject({ status: 'SUCCEEDED' });
    const told = deeds.log.lines.filter(({ level }) => level === 'error').map(({ fields }) => fields);
    expect(told).toEqual([{ accountId: sequence.emailAccount, uid: 1 }]);
  });

  test('blames no message for a database that is away', async () => {
    const sequence = await written('email');
    deeds.world.receive(replyTo(sequence, '', { Subject: `unsubscribe ${'x'.repeat(27)}` }));
    const away = failingWith(Object.assign(new Error('deadlock detected'), { code: '40P01' }));
    for (let attempt = 1; attempt <= 4; attempt++) await expect(watch(sequence, 5, away)).rejects.toThrow();
    expect(await mailboxOf(sequence)).toMatchObject({ lastUid: 0, failure: 'the inbox could not be read' });
    expect(await inboundOf(sequence)).toEqual([]);
  });

  test('that cannot be read for a reason of our own is told as failing, in fixed words', async () => {
    const sequence = await written('email');
    deeds.world.receive(replyTo(sequence, 'Secret words'));
    const mailParser: MailParser = {
      parse: () => Promise.reject(new Error('Secret words')),
      stop: async () => undefined,
    };
    await expect(watch(sequence, 1, { mailParser })).rejects.toThrow();
    expect(await mailboxOf(sequence)).toMatchObject({ failure: 'the inbox could not be read', lastUid: 0 });
    expect((await mailboxOf(sequence)).failingSince).not.toBeNull();
  });

  test('that has failed ever since it was connected is stale too', async () => {
    const sequence = await written('email');
    const HOUR = 3_600_000;
    const stale = () => deeds.db.asSystem((tx) => countStale(tx, HOUR));
    const before = await stale();
    const set = (change: Partial<typeof mailboxes.$inferInsert>) =>
      deeds.db.asSystem((tx) => tx.update(mailboxes).set(change).where(eq(mailboxes.accountId, sequence.emailAccount)));
    await set({ readAt: null });
    expect(await stale()).toBe(before);
    await set({ failingSince: Date.now() - 2 * HOUR });
    expect(await stale()).toBe(before + 1);
    await set({ readAt: Date.now() });
    expect(await stale()).toBe(before);
  });

  test('read for the first time passes over nothing that arrives meanwhile, and was read when its end was looked for', async () => {
    const sequence = await written('email');
    deeds.world.receive(aMail({ From: 'stranger@elsewhere.example' }, 'one'));
    let readAt = 0;
    const mailboxes: ActivityDeps['mailboxes'] = {
      async open(settings) {
        const mailbox = await deeds.world.mailboxes.open(settings);
        let isNew = true;
        return {
          ...mailbox,
          since: async (instant) => {
            const found = await mailbox.since(instant);
            readAt = await deeds.db.asSystem(realNow);
            if (isNew) deeds.world.receive(replyTo(sequence, "Sounds good, let's talk."));
            isNew = false;
            return found;
          },
        };
      },
    };
    const reader = await deeds.db.asSystem((tx) => takeMailbox(tx, sequence.emailAccount));
    if (!reader) throw new Error('no inbox');
    const inbox = { ...deeds.deps, ...deeds.commands };
    const opened = await mailboxes.open({ host: '', port: 1, tls: 'none', user: null, password: null });
    expect(await readInbox(inbox, opened, reader)).toBe(true);
    expect((await mailboxOf(sequence)).readAt).toBeLessThanOrEqual(readAt);
    expect(await readInbox(inbox, opened, reader)).toBe(true);
    expect(await row(sequence.id)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('is left between two messages when the worker stops, and counts as unread', async () => {
    const sequence = await written('email');
    const stop = new AbortController();
    for (const text of ['one', 'two']) deeds.world.receive(aMail({ From: 'stranger@elsewhere.example' }, text));
    deeds.world.hooks.beforeFetch = async () => stop.abort();
    try {
      const reader = await deeds.db.asSystem((tx) => takeMailbox(tx, sequence.emailAccount));
      if (!reader) throw new Error('no inbox');
      const opened = await deeds.world.mailboxes.open({ host: '', port: 1, tls: 'none', user: null, password: null });
      const inbox = { ...deeds.deps, ...deeds.commands };
      expect(await readInbox(inbox, opened, reader, newPasses(stop.signal))).toBe(false);
    } finally {
      deeds.world.hooks.beforeFetch = undefined;
    }
    expect(await inboundOf(sequence)).toHaveLength(1);
    expect(await mailboxOf(sequence)).toMatchObject({ uidValidity: null, readAt: FAR_AHEAD });
  });

  test('of an account whose server was changed while it was read is begun anew by another reader', async () => {
    const sequence = await written('email');
    deeds.world.receive(aMail({ From: 'stranger@elsewhere.example' }, 'one'));
    deeds.world.hooks.beforeFetch = async () => {
      await deeds.db.asSystem((tx) => restartMailbox(tx, sequence.emailAccount));
    };
    try {
      expect(await read(sequence)).toBe('again');
    } finally {
      deeds.world.hooks.beforeFetch = undefined;
    }
    expect(await mailboxOf(sequence)).toMatchObject({ uidValidity: null, lastUid: 0, readAt: null });
  });
});
