import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { inboundMessages, mailboxes } from '../../src/db/schema.ts';
import type { SequenceId } from '../../src/domain/ids.ts';
import { type Deeds, startDeeds } from '../support/deeds.ts';
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
} from '../support/enrolled.ts';
import { sequenceRow, steps } from '../support/scenario.ts';

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

  test('from a colleague counts by its thread; without a thread, the sender’s address tells', async () => {
    const [one, two] = [await written('email'), await written('email')];
    deeds.world.receive(replyTo(one, 'We are not interested.', { From: 'Bob <bob@other.example>' }));
    await read(one);
    expect(await row(one.id)).toMatchObject({ status: 'STOPPED_EARLY', endReason: 'negative_reply' });
    deeds.world.receive(aMail({ From: two.email.toUpperCase(), Subject: 'Your mail' }, 'We are not interested.'));
    await read(two);
    expect(await row(two.id)).toMatchObject({ status: 'STOPPED_EARLY', endReason: 'negative_reply' });
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

  test('read again, after a crash or by a second reader, changes nothing more', async () => {
    const sequence = await written('email');
    deeds.world.receive(replyTo(sequence, 'Hm, what about the other building?'));
    await Promise.all([read(sequence), read(sequence), read(sequence)]);
    deeds.world.imap.uidValidity = 2; // numbered anew: everything is looked at again
    await read(sequence);
    expect(await inboundOf(sequence)).toHaveLength(1);
    expect(await deeds.tasksOf(sequence.id)).toHaveLength(1);
    expect(await eventsOf(deeds, sequence.id, 'reply_received')).toHaveLength(1);
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
});
