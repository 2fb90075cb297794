import { and, eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { reconcileOnce } from '../../../src/activities/repair.ts';
import { tendLinkedIn } from '../../../src/activities/tend-linkedin.ts';
import { LinkedInUnavailable } from '../../../src/adapters/linkedin.ts';
import type { ReplyReader } from '../../../src/adapters/reply-reader.ts';
import type { Announcement } from '../../../src/commands/deps.ts';
import { createCallbackQueue, handleCallback } from '../../../src/commands/inbound/handle-callback.ts';
import { receiveCallback } from '../../../src/commands/inbound/receive-callback.ts';
import { recordReply } from '../../../src/commands/inbound/record-reply.ts';
import { stopSequence } from '../../../src/commands/sequences/stop-sequence.ts';
import { ensurePolls } from '../../../src/db/linkedin-polls.ts';
import { newId } from '../../../src/db/new-id.ts';
import {
  accounts,
  callbacks,
  connections,
  events,
  inboundMessages,
  invitations,
  linkedinPolls,
} from '../../../src/db/schema.ts';
import type { LinkedInEvent } from '../../../src/domain/accounts/linkedin.ts';
import type { EventKind } from '../../../src/domain/event.ts';
import type { AccountId } from '../../../src/domain/ids.ts';
import type { SequenceEnd } from '../../../src/domain/sequence.ts';
import { type Deeds, startDeeds } from '../../support/deeds.ts';
import {
  accountOf,
  aLead,
  anEnrolled,
  as,
  changeAccount,
  clockOf,
  contactOf,
  type Enrolled,
  eventsOf,
  first,
  publicName,
  suppressionsOf,
} from '../../support/enrolled.ts';
import { rounds } from '../../support/rounds.ts';
import { FAR_AHEAD, sequenceRow, steps } from '../../support/scenario.ts';

/*
 * What a LinkedIn provider tells, from its callback to what that does: on a real Postgres, with LinkedIn in memory. Every
 * test has a house and an account of its own.
 */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let deeds: Deeds;
beforeAll(async () => {
  deeds = await startDeeds();
});
beforeEach(async () => {
  Object.assign(deeds.world.provider, { isAway: false, accountStatus: 'ok' });
  await lookAtNobody();
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => deeds?.stop());

/** No account's turn comes by itself. */
const lookAtNobody = () =>
  deeds.db.asSystem(async (tx) => {
    await ensurePolls(tx);
    await tx.update(linkedinPolls).set({ dueAt: FAR_AHEAD });
  });

const row = ({ id }: Enrolled) => sequenceRow(deeds.db, id);
const statuses = async ({ id }: Enrolled) => (await deeds.stepsOf(id)).map(({ status }) => status);
const later = async (ms: number) => deeds.moveTo((await clockOf(deeds)) + ms);

/** One attempt, once the step is due by everybody's clock. */
async function perform(of: Enrolled) {
  await deeds.moveTo((await row(of)).nextAt ?? 0);
  return deeds.performStep(of.id);
}

const soon = { value: 0, unit: 'hours' } as const;

/** A sequence that has invited its contact and waits for the acceptance. */
async function waiting(lead = aLead()): Promise<Enrolled> {
  const kinds = ['linkedin_invitation', { kind: 'linkedin_message', delay: soon }, 'email'] as const;
  const sequence = await anEnrolled(deeds, { steps: steps(...kinds), lead });
  as('done', await perform(sequence));
  as('waitingForLead', await perform(sequence));
  return sequence;
}

let told = 0;
const aKey = () => `key-${told++}`;
const connected = (of: Enrolled, key = aKey()) =>
  ({ kind: 'connected', account: 'account-1', key, profile: of.profile }) satisfies LinkedInEvent;
const message = (of: Pick<Enrolled, 'profile'>, text: string, key = aKey()): LinkedInEvent => ({
  kind: 'message',
  account: 'account-1',
  key,
  profile: of.profile,
  text,
  isOurs: false,
});
const login = (status: 'ok' | 'disconnected', key = aKey()): LinkedInEvent => ({
  kind: 'accountStatus',
  account: 'account-1',
  key,
  status,
});

const keep = (of: Enrolled, ...all: LinkedInEvent[]) =>
  receiveCallback(deeds.commands, { accountId: of.linkedInAccount, events: all });

/** Kept, and handled at once. */
async function tell(of: Enrolled, event: LinkedInEvent, replyReader: ReplyReader = deeds.deps.replyReader) {
  const deps = { ...deeds.deps, ...deeds.commands, replyReader };
  for (const callback of await keep(of, event)) await handleCallback(deps, callback);
}

const kept = ({ linkedInAccount }: Enrolled) =>
  deeds.db.asSystem((tx) => tx.select().from(callbacks).where(eq(callbacks.accountId, linkedInAccount)));
const inboundOf = ({ linkedInAccount }: Enrolled) =>
  deeds.db.asSystem((tx) => tx.select().from(inboundMessages).where(eq(inboundMessages.accountId, linkedInAccount)));
const ofHouse = ({ workspaceId }: Enrolled, kind: EventKind) =>
  deeds.db.asSystem((tx) =>
    tx
      .select()
      .from(events)
      .where(and(eq(events.workspaceId, workspaceId), eq(events.kind, kind))),
  );

describe('a callback', () => {
  test('is kept once however often it is told, and once handled keeps nothing of what it told', async () => {
    const sequence = await waiting();
    const event = message(sequence, 'Could you say more about the price?');
    expect(await keep(sequence, event)).toHaveLength(1);
    expect(await keep(sequence, event, event)).toHaveLength(0);
    await tell(sequence, event);
    expect(first(await kept(sequence))).toMatchObject({ event, handledAt: null });
    await later(HOUR);
    await reconcileOnce(deeds.deps);
    expect(await kept(sequence)).toMatchObject([{ event: null, handledAt: expect.any(Number) }]);
    expect(await keep(sequence, event)).toHaveLength(0);
  });

  test('of another account, or of one that is none, is refused, and nothing of it kept', async () => {
    const sequence = await waiting();
    const elsewhere = { ...connected(sequence), account: 'account-2' };
    await expect(keep(sequence, connected(sequence), elsewhere)).rejects.toMatchObject({ code: 'rule_refused' });
    await expect(
      receiveCallback(deeds.commands, { accountId: sequence.emailAccount, events: [] }),
    ).rejects.toMatchObject({ code: 'not_found' });
    await changeAccount(deeds, sequence.linkedInAccount, { status: 'REMOVED' });
    await expect(keep(sequence, connected(sequence))).rejects.toMatchObject({ code: 'not_found' });
    expect(await kept(sequence)).toEqual([]);
  });

  test('that fails is tried again, ever later, and told of as an alarm in the end', async () => {
    const sequence = await waiting();
    await keep(sequence, login('ok'));
    deeds.world.provider.isAway = true;
    const waits: number[] = [];
    const attempt = async () => {
      const { retryAt } = first(await kept(sequence));
      waits.push(retryAt - (await clockOf(deeds)));
      await deeds.moveTo(retryAt);
      await reconcileOnce(deeds.deps);
    };
    expect((await reconcileOnce(deeds.deps)).callbacks).toBe(0); // whoever took it is at it
    for (let n = 0; n < 9; n++) await attempt();
    const minutes = waits.map((ms) => Math.round(ms / 30_000) / 2);
    expect(minutes).toEqual([0.5, 1, 2, 4, 8, 16, 32, 60, 60]);
    expect(deeds.log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', line: 'a callback cannot be handled' }),
    );
    deeds.world.provider.isAway = false;
    await attempt();
    expect(first(await kept(sequence))).toMatchObject({ event: null });
  });

  test('that a run had no time for was not tried, and is the next one’s', async () => {
    const sequence = await waiting();
    await keep(sequence, login('ok'), login('ok'));
    await later(HOUR);
    const [late, never] = [new AbortController(), new AbortController().signal];
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => (ms === 30_000 ? late.signal : never));
    vi.spyOn(deeds.world.linkedIn, 'accountStatus').mockImplementationOnce(async () => {
      late.abort();
      return 'ok';
    });
    await reconcileOnce(deeds.deps);
    expect((await kept(sequence)).map(({ attempts }) => attempts).sort()).toEqual([0, 1]);
    vi.restoreAllMocks();
    await reconcileOnce(deeds.deps);
    expect((await kept(sequence)).map(({ event }) => event)).toEqual([null, null]);
  });

  test('is handled by one of two runs of the reconciler', async () => {
    const sequence = await waiting();
    await keep(sequence, connected(sequence));
    await later(HOUR);
    const runs = await Promise.all([reconcileOnce(deeds.deps), reconcileOnce(deeds.deps)]);
    expect(runs.map(({ callbacks }) => callbacks).sort()).toEqual([0, 1]);
    expect(await eventsOf(deeds, sequence.id, 'connection_accepted')).toHaveLength(1);
  });

  test('handled after its answer throws nothing, whatever goes wrong', async () => {
    const sequence = await waiting();
    const queue = createCallbackQueue({ ...deeds.deps, ...deeds.commands });
    const all = await keep(sequence, login('ok'), connected(sequence));
    deeds.world.provider.isAway = true;
    for (const callback of all) queue.push(callback);
    await queue.settled();
    expect(await row(sequence)).toMatchObject({ status: 'ACTIVE' });
    expect((await kept(sequence)).map(({ event }) => event?.kind ?? 'handled').sort()).toEqual([
      'accountStatus',
      'handled',
    ]);
  });

  test('with characters that cannot be stored is kept without them', async () => {
    const sequence = await waiting();
    await tell(sequence, message(sequence, 'Tell\0 me more \ud83d?'));
    expect(first(await inboundOf(sequence)).text).toBe('Tell me more \ufffd?');
  });
});

describe('an acceptance that is told', () => {
  test('lets the waiting message go', async () => {
    const sequence = await waiting();
    await tell(sequence, connected(sequence));
    expect(await row(sequence)).toMatchObject({ status: 'ACTIVE' });
    expect(await statuses(sequence)).toEqual(['SENT', 'PENDING', 'PENDING']);
  });

  test('under the provider’s own name is of whom the provider says it is', async () => {
    const sequence = await waiting();
    deeds.world.publicIds.set('ACoAAB12345678', sequence.profile);
    await tell(sequence, { ...connected(sequence), profile: 'ACoAAB12345678' });
    expect(await row(sequence)).toMatchObject({ status: 'ACTIVE' });
    const other = await waiting();
    await tell(other, { ...connected(other), profile: 'ACoAAB87654321' });
    expect(await row(other)).toMatchObject({ status: 'WAITING_FOR_LEAD' });
    expect(await kept(other)).toMatchObject([{ event: null }]);
  });
});

describe('somebody who changes their public name', () => {
  test('is known by the provider’s own name, which was learnt when they were invited, and by both from then on', async () => {
    const providerId = 'ACoAABchanged01';
    const lead = aLead();
    deeds.world.publicIds.set(providerId, publicName(lead));
    const invited = await waiting(lead);
    await tell(invited, { ...connected(invited), profile: 'ada-lovelace-king', providerId });
    expect(await row(invited)).toMatchObject({ status: 'ACTIVE' });
    await tell(invited, message({ profile: 'ada-lovelace-king' }, 'We are not interested.'));
    expect(await row(invited)).toMatchObject({ status: 'STOPPED_EARLY', endReason: 'negative_reply' });
  });
});

describe('a LinkedIn message', () => {
  test('that a rule understands ends the sequence, proves the connection, and stays to be read', async () => {
    const sequence = await waiting();
    const event = message(sequence, "Sounds good, let's talk.");
    await tell(sequence, event);
    expect(await row(sequence)).toMatchObject({ status: 'SUCCEEDED', endReason: 'positive_reply' });
    expect(await ofHouse(sequence, 'connection_accepted')).toHaveLength(1);
    expect(await inboundOf(sequence)).toMatchObject([
      {
        messageId: `linkedin:${event.key}`,
        kind: 'reply',
        sequenceId: sequence.id,
        fromAddress: sequence.profile,
        subject: null,
        text: "Sounds good, let's talk.",
        intent: 'positive',
        decidedBy: 'rule',
        handledAt: expect.any(Number),
      },
    ]);
  });

  test.each([
    ['We are not interested.', { status: 'STOPPED_EARLY', endReason: 'negative_reply' }],
    ['Please remove me from your list.', { status: 'FAILED', endReason: 'unsubscribed' }],
    ['Hm. What about the other building?', { status: 'WAITING_FOR_USER', endReason: null }],
  ])('means what it means in a mail: %s', async (text, standing) => {
    const sequence = await waiting();
    await tell(sequence, message(sequence, text));
    expect(await row(sequence)).toMatchObject(standing);
  });

  test('that asks to be left alone suppresses address and profile', async () => {
    const sequence = await waiting();
    await tell(sequence, message(sequence, 'Please remove me from your list.'));
    const kinds = (await suppressionsOf(deeds, sequence.workspaceId)).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['address', 'profile']);
  });

  test('that no rule understands is read by the model once, whatever it says the second time', async () => {
    const sequence = await waiting();
    const [positive, negative] = (['positive', 'negative'] as const).map(
      (intent): ReplyReader => ({ read: async () => ({ intent, confidence: 0.9 }) }),
    );
    const [callback] = await keep(sequence, message(sequence, 'The week after next would be fine for me.'));
    if (!callback || !positive || !negative) throw new Error('nothing was kept');
    const broken = {
      ...deeds.commands,
      announce: (announcement: Announcement) => {
        if (!('news' in announcement)) throw new Error('the process died'); // behind the reply, not behind the acceptance
      },
    };
    await expect(handleCallback({ ...deeds.deps, ...broken, replyReader: positive }, callback)).rejects.toThrow('died');
    await handleCallback({ ...deeds.deps, ...deeds.commands, replyReader: negative }, callback);
    expect(await row(sequence)).toMatchObject({ status: 'SUCCEEDED', endReason: 'positive_reply' });
    expect(await inboundOf(sequence)).toMatchObject([{ intent: 'positive', decidedBy: 'model' }]);
    expect(await deeds.tasksOf(sequence.id)).toMatchObject([
      { kind: 'answer_reply', instructions: 'The week after next would be fine for me.', status: 'OPEN' },
    ]);
  });

  test('that nobody understands is a task with its words', async () => {
    const sequence = await waiting();
    await tell(sequence, message(sequence, 'Hm. What about the other building?'));
    expect(await deeds.tasksOf(sequence.id)).toMatchObject([
      { kind: 'read_reply', instructions: 'Hm. What about the other building?', status: 'OPEN' },
    ]);
  });

  test('that says its writer is away holds the contact until the day they name', async () => {
    const sequence = await waiting();
    const back = new Date((await clockOf(deeds)) + 10 * DAY).toISOString().slice(0, 10);
    await tell(sequence, message(sequence, `Automatic reply: I am out of the office until ${back}.`));
    expect(await inboundOf(sequence)).toMatchObject([{ kind: 'out_of_office', decidedBy: 'rule' }]);
    const { awayUntil } = await contactOf(deeds, sequence.id);
    expect((awayUntil ?? 0) - Date.parse(back)).toBeGreaterThan(0);
    expect((awayUntil ?? 0) - Date.parse(back)).toBeLessThan(4 * DAY);
    expect(await row(sequence)).toMatchObject({ status: 'WAITING_FOR_LEAD' });
  });

  test('that asks to be left alone is acted on before the connection it proves lets anything go', async () => {
    const sequence = await waiting();
    deeds.world.relations.set(sequence.profile, 'connected');
    const slow: ReplyReader = {
      read: async () => {
        await later(2 * DAY);
        await deeds.performStep(sequence.id); // its workflow, meanwhile
        return { intent: 'unsubscribe', confidence: 0.9 };
      },
    };
    await tell(sequence, message(sequence, 'The week after next would be fine, but not with you.'), slow);
    expect(deeds.world.messages.filter(({ profile }) => profile === sequence.profile)).toEqual([]);
    expect(await row(sequence)).toMatchObject({ status: 'FAILED', endReason: 'unsubscribed' });
  });

  describe('that was answered, and that nobody has read yet,', () => {
    const said = ({ profile }: Enrolled) => deeds.world.messages.filter((one) => one.profile === profile);

    test('keeps every message to its writer back, also over mail', async () => {
      const sequence = await waiting();
      await tell(sequence, connected(sequence));
      deeds.world.relations.set(sequence.profile, 'connected');
      const byMail = await anEnrolled(deeds, { steps: steps('email'), house: sequence });
      await keep(sequence, message(sequence, 'Please remove me from your list.'), message(byMail, 'Please stop.'));
      expect(as('deferred', await perform(sequence)).why).toBe('inbox_stale');
      expect(as('deferred', await perform(byMail)).why).toBe('inbox_stale');
      await later(HOUR);
      await reconcileOnce(deeds.deps);
      expect(as('ended', await deeds.performStep(sequence.id)).end.reason).toBe('unsubscribed');
      as('done', await perform(byMail)); // nobody had written to them: it was no answer
      expect(said(sequence)).toEqual([]);
    });

    test('keeps back what was claimed before it came', async () => {
      const sequence = await waiting();
      await tell(sequence, connected(sequence));
      vi.spyOn(deeds.world.linkedIn, 'relation').mockImplementationOnce(async () => {
        await keep(sequence, message(sequence, 'Please remove me from your list.'));
        return 'connected';
      });
      expect(as('deferred', await perform(sequence)).why).toBe('inbox_stale');
      expect(said(sequence)).toEqual([]);
    });

    test('and whose writer is named in the provider’s way only keeps back who it may be, for a while', async () => {
      const sequence = await waiting();
      await tell(sequence, connected(sequence));
      deeds.world.relations.set(sequence.profile, 'connected');
      const [callback] = await keep(sequence, message({ profile: 'ACoAAB99999999' }, 'Please stop.'));
      if (!callback) throw new Error('nothing was kept');
      const elsewhere = await waiting();
      await tell(elsewhere, connected(elsewhere));
      deeds.world.relations.set(elsewhere.profile, 'connected');
      as('done', await perform(elsewhere));
      expect(as('deferred', await perform(sequence)).why).toBe('inbox_stale');
      await deeds.db.asSystem((tx) =>
        tx.update(callbacks).set({ attempts: 5, retryAt: FAR_AHEAD }).where(eq(callbacks.id, callback.id)),
      );
      as('done', await perform(sequence));
    });
  });

  test('to the account that was to write next answers what was said by mail', async () => {
    const kinds = ['email', 'linkedin_message'] as const;
    const sequence = await anEnrolled(deeds, { steps: steps(...kinds) });
    as('done', await perform(sequence));
    await tell(sequence, message(sequence, 'Please remove me from your list.'));
    expect(await row(sequence)).toMatchObject({ status: 'FAILED', endReason: 'unsubscribed' });
  });

  test('from somebody whose connection is waited for, invited by hand, is an answer', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('linkedin_message') });
    as('waitingForLead', await perform(sequence));
    await tell(sequence, message(sequence, 'We are not interested.'));
    expect(await row(sequence)).toMatchObject({ status: 'STOPPED_EARLY', endReason: 'negative_reply' });
  });

  test('of our own, and one from somebody we did not write to, changes nothing', async () => {
    const sequence = await waiting();
    const before = await row(sequence);
    const own = { ...message(sequence, 'Please remove me from your list.'), isOurs: true };
    expect(await keep(sequence, own)).toEqual([]);
    await tell(sequence, message({ profile: 'somebody-else' }, 'Private words of a stranger'));
    await tell(sequence, message({ profile: 'ACoAAB00000000' }, 'Private words of nobody'));
    expect(await row(sequence)).toEqual(before);
    const all = await inboundOf(sequence);
    expect(all.map(({ kind }) => kind)).toEqual(['unrelated', 'unrelated']);
    expect(JSON.stringify([all, await kept(sequence), deeds.log.lines])).not.toMatch(/Private|somebody-else/);
  });

  test('to another account of ours than the one that wrote is nobody’s answer', async () => {
    const sequence = await waiting();
    const account = await accountOf(deeds, sequence.linkedInAccount);
    const other = { ...sequence, linkedInAccount: newId<AccountId>() };
    await deeds.db.asSystem((tx) =>
      tx.insert(accounts).values({ ...account, id: other.linkedInAccount, address: 'robin-sender' }),
    );
    await tell(other, message(sequence, 'We are not interested.'));
    expect(await row(sequence)).toMatchObject({ status: 'WAITING_FOR_LEAD' });
    expect(await inboundOf(other)).toMatchObject([{ kind: 'unrelated', text: null }]);
  });

  test('more than 30 days after we wrote is for a person to read', async () => {
    const sequence = await waiting();
    await stopSequence(deeds.commands, sequence.caller, sequence.id);
    const lead = { email: sequence.email, profile: `in/${sequence.profile}` };
    await later(31 * DAY);
    const next = await anEnrolled(deeds, { steps: steps('email', 'email'), house: sequence, lead });
    await tell(sequence, message(sequence, 'We are not interested.'));
    expect(await inboundOf(sequence)).toMatchObject([{ intent: 'unclear', sequenceId: sequence.id }]);
    expect(await row(next)).toMatchObject({ status: 'WAITING_FOR_USER' });
  });
});

describe('a login that is told', () => {
  test('to be lost or back is believed only as far as the provider says so now', async () => {
    const sequence = await waiting();
    const standing = async () => (await accountOf(deeds, sequence.linkedInAccount)).status;
    await tell(sequence, login('disconnected')); // told late: it was mended since
    expect(await standing()).toBe('CONNECTED');
    deeds.world.provider.accountStatus = 'disconnected';
    await tell(sequence, login('disconnected'));
    expect(await standing()).toBe('DISCONNECTED');
    await tell(sequence, login('ok')); // told late
    expect(await standing()).toBe('DISCONNECTED');
    deeds.world.provider.accountStatus = 'unknownAccount';
    await tell(sequence, login('ok'));
    expect(await standing()).toBe('DISCONNECTED');
    deeds.world.provider.accountStatus = 'ok';
    await tell(sequence, login('ok'));
    expect(await standing()).toBe('CONNECTED');
    expect(await ofHouse(sequence, 'account_disconnected')).toHaveLength(1);
    expect(await ofHouse(sequence, 'account_reconnected')).toHaveLength(1);
  });

  test('to be back wakes whoever waited for it, also where the first attempt died in between', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('linkedin_invitation') });
    deeds.world.provider.accountStatus = 'disconnected';
    await tell(sequence, login('disconnected'));
    expect(as('deferred', await perform(sequence)).why).toBe('held');
    deeds.world.provider.accountStatus = 'ok';
    const { tellSeq } = await row(sequence);
    const [callback] = await keep(sequence, login('ok'));
    if (!callback) throw new Error('nothing was kept');
    const noted = deeds.world.linkedIn.accountStatus;
    vi.spyOn(deeds.world.linkedIn, 'accountStatus').mockImplementationOnce(async (account) => {
      // Another process notes it, and dies.
      await changeAccount(deeds, sequence.linkedInAccount, { status: 'CONNECTED', disconnectedAt: null });
      await noted(account);
      throw new LinkedInUnavailable('timeout');
    });
    const deps = { ...deeds.deps, ...deeds.commands };
    await expect(handleCallback(deps, callback)).rejects.toThrow(LinkedInUnavailable);
    expect((await row(sequence)).tellSeq).toBe(tellSeq);
    await later(HOUR);
    await reconcileOnce(deeds.deps);
    expect((await row(sequence)).tellSeq).toBe(tellSeq + 1);
  });

  test('to be back leaves paused what a person had paused', async () => {
    const sequence = await waiting();
    await changeAccount(deeds, sequence.linkedInAccount, { status: 'PAUSED' });
    deeds.world.provider.accountStatus = 'disconnected';
    await tell(sequence, login('disconnected'));
    deeds.world.provider.accountStatus = 'ok';
    await tell(sequence, login('ok'));
    expect(await accountOf(deeds, sequence.linkedInAccount)).toMatchObject({ status: 'PAUSED', pausedWhy: 'by_user' });
  });
});

const happenings = ['accepted', 'unclear', 'positive', 'status', 'look', 'stop', 'negative mail'] as const;
type Happening = (typeof happenings)[number];
/** `late`: kept, and handled by the reconciler when all else has happened. */
const tellings = fc.array(fc.record({ what: fc.constantFrom(...happenings), late: fc.boolean() }), { maxLength: 8 });

const ends: Partial<Record<Happening, SequenceEnd>> = {
  positive: { status: 'SUCCEEDED', reason: 'positive_reply' },
  stop: { status: 'STOPPED_EARLY', reason: 'stopped_by_user' },
  'negative mail': { status: 'STOPPED_EARLY', reason: 'negative_reply' },
};

/** What must be so after these, each told once or often, in this order. */
function expected(all: readonly Happening[]) {
  const endAt = all.findIndex((what) => ends[what]);
  const end = ends[all[endAt] ?? 'look'] ?? null;
  const isConnected = all.some((what) => ['accepted', 'unclear', 'positive', 'look'].includes(what));
  const before = end ? all.slice(0, endAt) : all;
  const unread = before.includes('unclear') ? 1 : 0;
  const open = unread > 0 ? 'WAITING_FOR_USER' : isConnected ? 'ACTIVE' : 'WAITING_FOR_LEAD';
  const current = end ? 'CANCELED' : isConnected ? 'PENDING' : 'WAITING';
  return {
    status: end?.status ?? open,
    reason: end?.reason ?? null,
    steps: ['SENT', current, end ? 'CANCELED' : 'PENDING'],
    unread,
    account: 'CONNECTED',
    invitation: isConnected ? 'ACCEPTED' : 'PENDING',
    connections: isConnected ? 1 : 0,
    acceptances: isConnected ? 1 : 0,
    messages: new Set(all.filter((what) => what === 'unclear' || what === 'positive')).size,
    replies: new Set(all.filter((what) => ['unclear', 'positive', 'negative mail'].includes(what))).size,
    unhandled: 0,
  };
}

describe('whatever is told, in any order, late and however often,', () => {
  const isCallback = (what: Happening) => ['accepted', 'unclear', 'positive', 'status'].includes(what);

  function eventOf(of: Enrolled, what: Happening): LinkedInEvent {
    switch (what) {
      case 'accepted':
        return connected(of, `${of.id}/accepted`);
      case 'unclear':
        return message(of, 'Hm. What about the other building?', `${of.id}/unclear`);
      case 'positive':
        return message(of, "Sounds good, let's talk.", `${of.id}/positive`);
      default:
        return login('disconnected');
    }
  }

  async function happen(of: Enrolled, what: Happening): Promise<unknown> {
    const { id, caller } = of;
    if (isCallback(what)) return tell(of, eventOf(of, what));
    if (what === 'stop') return stopSequence(deeds.commands, caller, id).catch(() => undefined); // it has ended
    if (what === 'look') return look(of);
    return recordReply(deeds.commands, caller, { sequenceId: id, intent: 'negative', key: `${id}/mail` });
  }

  async function look({ linkedInAccount }: Enrolled): Promise<void> {
    await lookAtNobody();
    await deeds.db.asSystem((tx) =>
      tx.update(linkedinPolls).set({ dueAt: 0 }).where(eq(linkedinPolls.accountId, linkedInAccount)),
    );
    await tendLinkedIn({ ...deeds.deps, ...deeds.commands });
  }

  async function standing(of: Enrolled) {
    const { status, endReason } = await row(of);
    const ofAccount = <T extends { accountId: string }>(rows: readonly T[]) =>
      rows.filter(({ accountId }) => accountId === of.linkedInAccount);
    const [invited, known] = await deeds.db.inWorkspace(of.workspaceId, async (tx) => [
      await tx.select().from(invitations),
      await tx.select().from(connections),
    ]);
    return {
      status,
      reason: endReason,
      steps: await statuses(of),
      unread: (await deeds.tasksOf(of.id)).filter((task) => task.kind === 'read_reply' && task.status === 'OPEN')
        .length,
      account: (await accountOf(deeds, of.linkedInAccount)).status,
      invitation: first(ofAccount(invited)).state,
      connections: ofAccount(known).length,
      acceptances: (await ofHouse(of, 'connection_accepted')).length,
      messages: (await inboundOf(of)).length,
      replies: (await eventsOf(deeds, of.id, 'reply_received')).length,
      unhandled: (await kept(of)).filter(({ handledAt }) => handledAt === null).length,
    };
  }

  test('everything stands as it does when each is told once, and every effect is there once', async () => {
    const runs = fc.asyncProperty(tellings, async (all) => {
      const sequence = await waiting();
      deeds.world.relations.set(sequence.profile, 'connected'); // and nobody has told us yet
      const order: Happening[] = [];
      const left: Happening[] = [];
      for (const { what, late } of all) {
        if (late && isCallback(what)) {
          await keep(sequence, eventOf(sequence, what));
          left.push(what);
        } else if (!left.includes(what) || !isCallback(what)) {
          await happen(sequence, what);
          order.push(what);
        } else await keep(sequence, eventOf(sequence, what)); // it is kept already, and waits
      }
      await later(2 * HOUR);
      await lookAtNobody();
      await reconcileOnce(deeds.deps);
      expect(await standing(sequence)).toEqual(expected([...order, ...left]));
    });
    await fc.assert(runs, { numRuns: rounds(4, 10), endOnFailure: true }); // a run is a small story: shrinking would take minutes
  });
});
