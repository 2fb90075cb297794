import { eq } from 'drizzle-orm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { MailboxAway } from '../../src/adapters/mailbox.ts';
import { pauseCampaign } from '../../src/commands/campaigns/pause-campaign.ts';
import { recordReply } from '../../src/commands/inbound/record-reply.ts';
import { stopSequence } from '../../src/commands/sequences/stop-sequence.ts';
import { completeTask } from '../../src/commands/tasks/complete-task.ts';
import { skipTask } from '../../src/commands/tasks/skip-task.ts';
import { mailboxes } from '../../src/db/schema.ts';
import type { EmailSettings } from '../../src/domain/accounts/account.ts';
import { DAY_MS as DAY, MINUTE_MS as MINUTE } from '../../src/domain/durations.ts';
import { attemptsForFile, greylisted, unanswered } from '../support/attempts.ts';
import { accountOf, anEnrolled, as, changeAccount, clockOf, type Enrolled, first } from '../support/enrolled.ts';
import { aMailServer, steps } from '../support/scenario.ts';

const {
  deeds,
  killedAtNext,
  enrolled,
  row,
  dueAt,
  perform,
  untilAsked,
  statuses,
  stepOf,
  deliveryOf,
  openTasks,
  openTask,
  mailTo,
  settle,
  reply,
} = attemptsForFile();

describe('an email whose fate nobody knows', () => {
  test('is unconfirmed and a task for a person, and is never repeated by itself', async () => {
    const sequence = await enrolled('email', 'email');
    const due = await dueAt(sequence.id);
    deeds.world.react(sequence.email, unanswered);
    const before = deeds.world.bodies();
    const { taskId, status } = await untilAsked(sequence.id);
    expect(status).toBe('WAITING_FOR_USER');
    expect(await openTask(sequence.id)).toMatchObject({
      id: taskId,
      kind: 'confirm_send',
      assigneeId: sequence.memberId,
      stepId: (await stepOf(sequence.id)).stepId,
    });
    expect((await stepOf(sequence.id)).status).toBe('UNCONFIRMED');
    expect((await deliveryOf(sequence.id)).state).toBe('UNCONFIRMED');
    expect(await row(sequence.id)).toMatchObject({ nextAt: null, nextWhy: 'confirming' });
    for (const later of [due + 30 * MINUTE, due + 30 * DAY])
      expect(await perform(sequence.id, later)).toMatchObject({ kind: 'waitingForUser', taskId });
    expect(deeds.world.bodies()).toBe(before + 1);
    expect(await openTasks(sequence.id)).toHaveLength(1);
  });

  test('is sent once a person says so, and the next wait counts from then', async () => {
    const sequence = await enrolled('email', 'email');
    deeds.world.react(sequence.email, unanswered);
    await untilAsked(sequence.id);
    await deeds.moveTo((await clockOf(deeds)) + 2 * DAY);
    const answeredAt = await clockOf(deeds);
    await settle(sequence, { outcome: 'sent' });
    expect(await statuses(sequence.id)).toEqual(['SENT', 'PENDING']);
    expect((await deliveryOf(sequence.id)).state).toBe('SENT');
    expect(await dueAt(sequence.id)).toBeGreaterThanOrEqual(answeredAt + 3 * DAY);
    // The follow-up answers to it all the same.
    const { messageId } = await deliveryOf(sequence.id);
    await perform(sequence.id);
    expect(mailTo(sequence)).toMatchObject([{ subject: 'Re: Hello Ada', inReplyTo: messageId }]);
  });

  test('is sent again when a person says so, under the same Message-ID', async () => {
    const sequence = await enrolled('email', 'email');
    deeds.world.react(sequence.email, unanswered);
    await untilAsked(sequence.id);
    const { messageId } = await deliveryOf(sequence.id);
    await settle(sequence, { outcome: 'send_again' });
    expect(await row(sequence.id)).toMatchObject({ status: 'ACTIVE' });
    expect(await statuses(sequence.id)).toEqual(['PENDING', 'PENDING']);
    as('done', await perform(sequence.id));
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'SENT', attempt: 2, messageId });
    expect(mailTo(sequence)).toMatchObject([{ messageId }]);
  });

  test('is left at that when a person skips it, and the sequence goes on in a new thread', async () => {
    const sequence = await enrolled('email', 'email');
    deeds.world.react(sequence.email, unanswered);
    const { taskId } = await untilAsked(sequence.id);
    await skipTask(deeds.commands, sequence.caller, { taskId });
    expect(await stepOf(sequence.id)).toMatchObject({ status: 'SKIPPED', reason: 'unconfirmed' });
    expect((await deliveryOf(sequence.id)).state).toBe('UNCONFIRMED');
    as('done', await perform(sequence.id));
    expect(mailTo(sequence)).toMatchObject([{ inReplyTo: null, references: [] }]);
  });

  test('of a sequence that was stopped may still be confirmed, but not be sent again', async () => {
    const sequence = await enrolled('email', 'email');
    deeds.world.react(sequence.email, unanswered);
    await untilAsked(sequence.id);
    await stopSequence(deeds.commands, sequence.caller, sequence.id);
    expect(await statuses(sequence.id)).toEqual(['UNCONFIRMED', 'CANCELED']);
    await expect(settle(sequence, { outcome: 'send_again' })).rejects.toMatchObject({ code: 'wrong_state' });
    expect(await openTasks(sequence.id)).toHaveLength(1);
    await settle(sequence, { outcome: 'sent' });
    expect(await statuses(sequence.id)).toEqual(['SENT', 'CANCELED']);
    expect(await row(sequence.id)).toMatchObject({ status: 'STOPPED_EARLY', endReason: 'stopped_by_user' });
  });
});

describe('the looks for an unconfirmed message in the Sent folder', () => {
  afterEach(() => {
    Object.assign(deeds.world.imap, { isAway: false, hasSentFolder: true, filesByItself: false });
    deeds.world.filed.length = 0;
  });

  const setServers = async ({ emailAccount }: Enrolled, change: Partial<EmailSettings>) => {
    const { settings } = await accountOf(deeds, emailAccount);
    if (settings.channel !== 'email') throw new Error('the account sends no email');
    await changeAccount(deeds, emailAccount, { settings: { ...settings, ...change } });
  };
  const setFilesSent = (of: Enrolled, filesSent: boolean) => setServers(of, { filesSent });
  const moveServer = (of: Enrolled) => setServers(of, { smtp: { ...aMailServer.smtp, host: 'elsewhere.example' } });
  const setFound = ({ emailAccount }: Enrolled, sentFoundAt: number | null) =>
    deeds.db.asSystem((tx) => tx.update(mailboxes).set({ sentFoundAt }).where(eq(mailboxes.accountId, emailAccount)));
  const foundAt = async ({ emailAccount }: Enrolled) =>
    first(await deeds.db.asSystem((tx) => tx.select().from(mailboxes).where(eq(mailboxes.accountId, emailAccount))))
      .sentFoundAt;

  /** A message that its server took before the connection broke. `found`: one before it was, in Sent, under our id. */
  async function unconfirmed(filesSent: boolean, { found = false, of }: { found?: boolean; of?: Enrolled } = {}) {
    const sequence = of ?? (await enrolled('email', 'email'));
    await setFilesSent(sequence, filesSent);
    if (found) await setFound(sequence, await clockOf(deeds));
    deeds.world.react(sequence.email, unanswered);
    const due = await dueAt(sequence.id);
    const { until } = as('deferred', await perform(sequence.id, due));
    const lostAt = (await deliveryOf(sequence.id)).settledAt ?? 0;
    return { sequence, due, lostAt, until };
  }

  test('come 2, 7 and 20 minutes after the answer was lost, and no sooner', async () => {
    const { sequence, lostAt, until } = await unconfirmed(false);
    expect(until - lostAt).toBe(2 * MINUTE);
    expect(await perform(sequence.id, lostAt + MINUTE)).toMatchObject({ kind: 'deferred', until, why: 'confirming' });
    expect((await deliveryOf(sequence.id)).lookUps).toBe(0);
    for (const minutes of [7, 20])
      expect(await perform(sequence.id)).toMatchObject({ kind: 'deferred', until: lostAt + minutes * MINUTE });
    as('waitingForUser', await perform(sequence.id));
  });

  test('find it: it was sent, and the follow-up is planned', async () => {
    const { sequence } = await unconfirmed(false);
    deeds.world.filed.push((await deliveryOf(sequence.id)).messageId ?? '');
    expect(await perform(sequence.id)).toMatchObject({ kind: 'done', next: { number: 2 } });
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'SENT', attempt: 1 });
    expect(await openTasks(sequence.id)).toEqual([]);
  });

  test('find nothing where the provider files what it sends under our ids: it goes once more, under the same one', async () => {
    const { sequence } = await unconfirmed(true, { found: true });
    const { messageId } = await deliveryOf(sequence.id);
    await perform(sequence.id);
    await perform(sequence.id);
    expect(as('deferred', await perform(sequence.id)).why).not.toBe('confirming');
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'RELEASED' });
    as('done', await perform(sequence.id));
    expect(mailTo(sequence)).toMatchObject([{ messageId }]);
    expect(await openTasks(sequence.id)).toEqual([]);
  });

  test.each([
    ['that cannot be read', { isAway: true }],
    ['that does not exist', { hasSentFolder: false }],
  ])('prove nothing with a folder %s: a person is asked', async (_, imap) => {
    const { sequence } = await unconfirmed(true, { found: true });
    Object.assign(deeds.world.imap, imap);
    await isAskedAbout(sequence);
  });

  /** All three looks are in vain, and nothing is sent again. */
  async function isAskedAbout(sequence: Enrolled) {
    await perform(sequence.id);
    await perform(sequence.id);
    as('waitingForUser', await perform(sequence.id));
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'UNCONFIRMED', attempt: 1 });
  }

  test('prove nothing where no message of ours was ever found: the provider may file it under an id of its own', async () => {
    const { sequence } = await unconfirmed(true);
    await isAskedAbout(sequence);
  });

  test('prove nothing of a message that went before the first was found', async () => {
    const { sequence } = await unconfirmed(true);
    await setFound(sequence, (await deliveryOf(sequence.id)).claimedAt + 1);
    await isAskedAbout(sequence);
  });

  /** Reads the inbox when the message had its two minutes to be filed. */
  const watchLater = async (sequence: Enrolled) => {
    await deeds.moveTo(((await deliveryOf(sequence.id)).settledAt ?? 0) + 2 * MINUTE);
    return deeds.watchMailbox(sequence.emailAccount);
  };

  /** An account that files, of which one message was taken and the inbox was read since, and a second sequence on it. */
  async function afterFirst(filesByItself: boolean) {
    const one = await enrolled('email');
    await setFilesSent(one, true);
    as('done', await perform(one.id));
    deeds.world.imap.filesByItself = filesByItself;
    await deeds.watchMailbox(one.emailAccount);
    expect(await foundAt(one)).toBeNull(); // it has had no time to be filed
    await watchLater(one);
    const next = await anEnrolled(deeds, { steps: steps('email', 'email'), house: one });
    return { one, next };
  }

  test('prove absence once whoever reads the inbox has found a message that was answered with 250', async () => {
    const { one, next } = await afterFirst(true);
    expect(await foundAt(one)).not.toBeNull();
    const { sequence } = await unconfirmed(true, { of: next });
    await perform(sequence.id);
    await perform(sequence.id);
    expect(as('deferred', await perform(sequence.id)).why).not.toBe('confirming');
    expect((await deliveryOf(sequence.id)).state).toBe('RELEASED');
  });

  test('prove nothing where that message was looked for in vain; the next one is looked for again', async () => {
    const { one, next } = await afterFirst(false);
    expect(await foundAt(one)).toBeNull();
    const { sequence } = await unconfirmed(true, { of: next });
    await isAskedAbout(sequence);
    const third = await anEnrolled(deeds, { steps: steps('email'), house: one });
    as('done', await perform(third.id));
    deeds.world.imap.filesByItself = true;
    await watchLater(third);
    expect(await foundAt(one)).not.toBeNull();
  });

  test.each<[string, (sequence: Enrolled) => Promise<void>]>([
    [
      'that we filed ourselves',
      async (sequence) => {
        await setFilesSent(sequence, false);
        as('done', await perform(sequence.id));
        await setFilesSent(sequence, true);
      },
    ],
    [
      'on whose way the servers were changed',
      async (sequence) => {
        await setFilesSent(sequence, true);
        deeds.world.react(sequence.email, { meanwhile: () => moveServer(sequence) });
        as('done', await perform(sequence.id));
      },
    ],
    [
      'that went twice',
      async (sequence) => {
        await setFilesSent(sequence, true);
        deeds.world.react(sequence.email, greylisted);
        as('deferred', await perform(sequence.id));
        as('done', await perform(sequence.id));
      },
    ],
    [
      'that nobody saw answered',
      async (sequence) => {
        await setFilesSent(sequence, true);
        deeds.world.react(sequence.email, unanswered);
        await perform(sequence.id);
        deeds.world.filed.push((await deliveryOf(sequence.id)).messageId ?? '');
        as('done', await perform(sequence.id));
      },
    ],
  ])('a message %s is no proof of what the provider files, though it lies in Sent', async (_, send) => {
    const sequence = await enrolled('email');
    await send(sequence);
    deeds.world.filed.push((await deliveryOf(sequence.id)).messageId ?? '');
    await watchLater(sequence);
    expect(await foundAt(sequence)).toBeNull();
  });

  test('that fail do not keep the inbox from being read', async () => {
    const sequence = await enrolled('email');
    await setFilesSent(sequence, true);
    as('done', await perform(sequence.id));
    const { open } = deeds.world.mailboxes;
    let connections = 0;
    vi.spyOn(deeds.world.mailboxes, 'open').mockImplementation(async (...asked) => {
      connections++;
      const refusal = new MailboxAway('away', 'imap.example:993 refused a search');
      return { ...(await open(...asked)), hasSent: () => Promise.reject(refusal) };
    });
    expect(await watchLater(sequence)).toBe('again');
    expect(connections).toBe(2);
  });

  test('go on while the campaign is paused: they send nothing', async () => {
    const { sequence } = await unconfirmed(false);
    await pauseCampaign(deeds.commands, sequence.caller, sequence.campaignId);
    deeds.world.filed.push((await deliveryOf(sequence.id)).messageId ?? '');
    as('done', await perform(sequence.id));
  });
});

describe('a message given up for unsent', () => {
  test('that somebody answers to before it goes again was sent, and does not go again', async () => {
    const sequence = await enrolled('email', 'email');
    deeds.world.react(sequence.email, unanswered);
    await untilAsked(sequence.id);
    await settle(sequence, { outcome: 'send_again' });
    const { id: deliveryId } = await deliveryOf(sequence.id);
    const { id: sequenceId, caller } = sequence;
    await recordReply(deeds.commands, caller, {
      sequenceId,
      deliveryId,
      intent: 'auto_reply',
      key: `late/${sequenceId}`,
    });
    expect(await statuses(sequence.id)).toEqual(['SENT', 'PENDING']);
    expect((await deliveryOf(sequence.id)).state).toBe('SENT');
    await perform(sequence.id);
    expect(mailTo(sequence)).toHaveLength(1); // the follow-up
  });
});

test('a body that had begun when its attempt died is doubted also while a reply waits to be read', async () => {
  const sequence = await enrolled('email', 'email');
  const due = await dueAt(sequence.id);
  killedAtNext('data_started');
  await expect(perform(sequence.id)).rejects.toThrow('the worker was killed');
  await reply(sequence, 'unclear');
  const { taskId } = as('waitingForUser', await perform(sequence.id, due));
  expect((await deliveryOf(sequence.id)).state).toBe('UNCONFIRMED');
  await completeTask(deeds.commands, sequence.caller, { taskId, outcome: 'go_on' });
  expect(await perform(sequence.id)).toMatchObject({ kind: 'deferred', why: 'confirming' });
});
