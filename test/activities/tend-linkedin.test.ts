import { and, eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FaultPoint } from '../../src/activities/deps.ts';
import { reconcileOnce } from '../../src/activities/repair.ts';
import { tendLinkedIn } from '../../src/activities/tend-linkedin.ts';
import { LinkedInUnavailable } from '../../src/adapters/linkedin.ts';
import { recordConnectionAccepted } from '../../src/commands/inbound/record-connection-accepted.ts';
import { recordInvitationOver } from '../../src/commands/inbound/record-invitation-over.ts';
import { recordReply } from '../../src/commands/inbound/record-reply.ts';
import { stopSequence } from '../../src/commands/sequences/stop-sequence.ts';
import { ensurePolls } from '../../src/db/linkedin-polls.ts';
import { events, invitations, linkedinPolls } from '../../src/db/schema.ts';
import type { ReplyIntent } from '../../src/domain/reply.ts';
import { type Deeds, startDeeds } from '../support/deeds.ts';
import {
  accountOf,
  anEnrolled,
  as,
  changeAccount,
  clockOf,
  type Enrolled,
  type EnrolledSpec,
  eventsOf,
  first,
} from '../support/enrolled.ts';
import { aCampaign, aHouse, always, content, FAR_AHEAD, sequenceRow, sequencesOf, steps } from '../support/scenario.ts';

/*
 * What becomes of LinkedIn invitations where nobody tells us: on a real Postgres, with LinkedIn in memory. Every test has
 * a house and an account of its own.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What happens when an attempt next comes to a point; each once. */
const hooks = new Map<FaultPoint, () => Promise<void>>();

let deeds: Deeds;
beforeAll(async () => {
  deeds = await startDeeds({
    fault: async (point) => {
      const happens = hooks.get(point);
      hooks.delete(point);
      await happens?.();
    },
  });
});
/** Nobody looks at the accounts of earlier tests any more. */
beforeEach(async () => {
  Object.assign(deeds.world.provider, { isAway: false, accountStatus: 'ok' });
  deeds.announced.length = 0;
  await deeds.db.asSystem(async (tx) => {
    await ensurePolls(tx);
    await tx.update(linkedinPolls).set({ dueAt: FAR_AHEAD, failingSince: null });
  });
});
afterEach(() => {
  expect([...hooks.keys()], 'points that no attempt came to').toEqual([]);
  vi.restoreAllMocks();
});
afterAll(() => deeds?.stop());

const row = ({ id }: Enrolled) => sequenceRow(deeds.db, id);
const stepOf = async ({ id }: Enrolled, index = 0) => first((await deeds.stepsOf(id)).slice(index), 'step');
/** One attempt, once the step is due by everybody's clock. */
async function perform(of: Enrolled) {
  await deeds.moveTo((await row(of)).nextAt ?? 0);
  return deeds.performStep(of.id);
}
const later = async (ms: number) => deeds.moveTo((await clockOf(deeds)) + ms);
const invitationsTo = ({ profile }: Enrolled) => deeds.world.invitations.filter((one) => one.profile === profile);
const acceptances = (of: Enrolled) => eventsOf(deeds, of.id, 'connection_accepted');
const withdrawals = (of: Enrolled) => eventsOf(deeds, of.id, 'invitation_withdrawn');

async function invitationOf(of: Enrolled) {
  const { contactId } = await row(of);
  const ofPair = and(eq(invitations.accountId, of.linkedInAccount), eq(invitations.contactId, contactId));
  const [found] = await deeds.db.asSystem((tx) => tx.select().from(invitations).where(ofPair));
  return found ?? null;
}

/** A sequence whose invitation went out. */
async function invited(...also: Parameters<typeof steps>): Promise<Enrolled> {
  const sequence = await anEnrolled(deeds, { steps: steps('linkedin_invitation', ...also) });
  as('done', await perform(sequence));
  return sequence;
}

/** A sequence whose message waits until the contact has accepted. */
async function waiting(also: Partial<EnrolledSpec> = {}): Promise<Enrolled> {
  const sequence = await anEnrolled(deeds, { steps: steps('linkedin_message', 'email'), ...also });
  as('waitingForLead', await perform(sequence));
  return sequence;
}

const accept = ({ caller, linkedInAccount: accountId, profile }: Enrolled) =>
  recordConnectionAccepted(deeds.commands, caller, { accountId, profile });

const pollOf = async ({ linkedInAccount }: Pick<Enrolled, 'linkedInAccount'>) =>
  first(
    await deeds.db.asSystem((tx) =>
      tx.select().from(linkedinPolls).where(eq(linkedinPolls.accountId, linkedInAccount)),
    ),
  );

/** Its account's turn is now. Returns at how many accounts the run looked. */
async function look({ linkedInAccount }: Pick<Enrolled, 'linkedInAccount'>): Promise<number> {
  await deeds.db.asSystem(async (tx) => {
    await ensurePolls(tx);
    await tx.update(linkedinPolls).set({ dueAt: 0 }).where(eq(linkedinPolls.accountId, linkedInAccount));
  });
  return tendLinkedIn({ ...deeds.deps, ...deeds.commands });
}

describe('an invitation that went out', () => {
  test('is kept with its provider’s id, until the acceptance is told', async () => {
    const sequence = await invited();
    expect(await invitationOf(sequence)).toMatchObject({
      state: 'PENDING',
      externalId: expect.stringMatching(/^invitation-/),
      sequenceId: sequence.id,
    });
    await accept(sequence);
    expect(await invitationOf(sequence)).toMatchObject({ state: 'ACCEPTED' });
    expect(await acceptances(sequence)).toHaveLength(0); // the sequence has ended: it is told of the contact
    await accept(sequence);
    const told = await deeds.db.inWorkspace(sequence.workspaceId, (tx) =>
      tx.select().from(events).where(eq(events.kind, 'connection_accepted')),
    );
    expect(told).toHaveLength(1);
  });

  test('and was found by the attempt after the one that died is ours; one found by the first is the member’s own', async () => {
    const ours = await anEnrolled(deeds, { steps: steps('linkedin_invitation') });
    hooks.set('accepted', () => Promise.reject(new Error('the worker was killed')));
    await expect(perform(ours)).rejects.toThrow('the worker was killed');
    expect(await invitationOf(ours)).toBeNull();
    as('done', await perform(ours));
    expect(await invitationOf(ours)).toMatchObject({ state: 'PENDING', externalId: null });
    expect(invitationsTo(ours)).toHaveLength(1);

    const theirs = await anEnrolled(deeds, { steps: steps('linkedin_invitation') });
    deeds.world.inviteByHand(theirs.profile);
    as('done', await perform(theirs));
    expect(await invitationOf(theirs)).toBeNull();
  });

  test('when its sequence was stopped before anybody knew is looked after all the same, and taken back when old', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('linkedin_invitation', 'email') });
    hooks.set('accepted', () => Promise.reject(new Error('the worker was killed')));
    await expect(perform(sequence)).rejects.toThrow('the worker was killed');
    await stopSequence(deeds.commands, sequence.caller, sequence.id);
    as('ended', await deeds.performStep(sequence.id));
    expect((await stepOf(sequence)).status).toBe('UNCONFIRMED');
    expect(await invitationOf(sequence)).toMatchObject({ state: 'PENDING', externalId: null });
    await later(20 * DAY);
    await look(sequence);
    expect(deeds.world.withdrawn).toContain(sequence.profile);
  });

  test('and whose attempt met a limit when it looked for it is found later, and is not sent again', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('linkedin_invitation', 'email') });
    hooks.set('accepted', () => Promise.reject(new Error('the worker was killed')));
    await expect(perform(sequence)).rejects.toThrow('the worker was killed');
    const trouble = { kind: 'rateLimited', retryAfterMs: null } as const;
    vi.spyOn(deeds.world.linkedIn, 'relation').mockRejectedValueOnce(
      new LinkedInUnavailable('account in trouble', trouble),
    );
    expect(as('deferred', await perform(sequence)).why).toBe('account_cap');
    expect(await accountOf(deeds, sequence.linkedInAccount)).toMatchObject({ status: 'RESTING' });
    expect(await deeds.deliveriesOf(sequence.id)).toMatchObject([{ state: 'DATA_STARTED' }]);
    as('done', await perform(sequence));
    expect(invitationsTo(sequence)).toHaveLength(1);
    expect(await invitationOf(sequence)).toMatchObject({ state: 'PENDING' });
  });

  test('and was accepted before it was recorded is settled, and told once', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('linkedin_invitation', 'email') });
    hooks.set('accepted', () => accept(sequence));
    as('done', await perform(sequence));
    expect(await invitationOf(sequence)).toMatchObject({ state: 'ACCEPTED' });
    deeds.world.relations.set(sequence.profile, 'connected');
    await look(sequence);
    expect(await acceptances(sequence)).toHaveLength(1);
  });

  test('and is accepted though the contact was a connection once is told again', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('linkedin_invitation', 'email') });
    await accept(sequence);
    as('done', await perform(sequence));
    expect(await invitationOf(sequence)).toMatchObject({ state: 'PENDING' });
    await accept(sequence);
    await accept(sequence);
    expect(await acceptances(sequence)).toHaveLength(2);
  });
});

describe('a look at an account', () => {
  test('finds who accepted though no callback came: the message goes, told of once whichever tells first', async () => {
    const sequence = await invited({ kind: 'linkedin_message', delay: { value: 0, unit: 'hours' } }, 'email');
    as('waitingForLead', await perform(sequence));
    await look(sequence);
    expect(await row(sequence)).toMatchObject({ status: 'WAITING_FOR_LEAD' });
    deeds.world.relations.set(sequence.profile, 'connected');
    await look(sequence);
    expect(await row(sequence)).toMatchObject({ status: 'ACTIVE' });
    expect(await invitationOf(sequence)).toMatchObject({ state: 'ACCEPTED' });
    expect(deeds.announced).toContainEqual(
      expect.objectContaining({ sequenceId: sequence.id, news: { kind: 'connectionAccepted' } }),
    );
    await accept(sequence); // the callback, hours late
    await look(sequence);
    expect(await acceptances(sequence)).toHaveLength(1);
    as('done', await perform(sequence));
    expect(deeds.world.messages.filter(({ profile }) => profile === sequence.profile)).toHaveLength(1);
  });

  test('finds who is waited for though the invitation was the member’s own', async () => {
    const sequence = await waiting();
    deeds.world.inviteByHand(sequence.profile);
    await look(sequence);
    expect(await row(sequence)).toMatchObject({ status: 'WAITING_FOR_LEAD' });
    deeds.world.relations.set(sequence.profile, 'connected');
    await look(sequence);
    expect(await row(sequence)).toMatchObject({ status: 'ACTIVE' });
  });

  test('finds who declined, but believes it only of an invitation that the provider has had time to show', async () => {
    const sequence = await invited('email');
    deeds.world.relations.set(sequence.profile, 'none');
    await look(sequence);
    expect(await invitationOf(sequence)).toMatchObject({ state: 'PENDING' });
    await later(2 * HOUR);
    await look(sequence);
    expect(await invitationOf(sequence)).toMatchObject({ state: 'GONE' });
    await accept(sequence); // who changes their mind is connected
    expect(await invitationOf(sequence)).toMatchObject({ state: 'ACCEPTED' });
    expect(await acceptances(sequence)).toHaveLength(1);
  });

  test('comes every half hour or a little later, and asks nothing more where nobody is waited for', async () => {
    const house = await aHouse(deeds.db);
    const listed = vi.spyOn(deeds.world.linkedIn, 'pendingInvitations');
    expect(await tendLinkedIn({ ...deeds.deps, ...deeds.commands })).toBe(1); // a new account's turn is at once
    expect(listed).not.toHaveBeenCalled();
    const { dueAt, polledAt } = await pollOf(house);
    const wait = dueAt - (polledAt ?? 0);
    expect(wait).toBeGreaterThanOrEqual(30 * MINUTE);
    expect(wait).toBeLessThan(35 * MINUTE);
    await later(29 * MINUTE);
    expect(await tendLinkedIn({ ...deeds.deps, ...deeds.commands })).toBe(0);
    await later(6 * MINUTE);
    expect(await tendLinkedIn({ ...deeds.deps, ...deeds.commands })).toBe(1);
  });

  test('is one look, however many runs of the reconciler there are at once', async () => {
    const sequence = await invited();
    const asked = vi.spyOn(deeds.world.linkedIn, 'accountStatus');
    await deeds.db.asSystem(async (tx) => {
      await ensurePolls(tx);
      await tx.update(linkedinPolls).set({ dueAt: 0 }).where(eq(linkedinPolls.accountId, sequence.linkedInAccount));
    });
    const runs = await Promise.all([1, 2, 3].map(() => tendLinkedIn({ ...deeds.deps, ...deeds.commands })));
    expect([runs.reduce((sum, tended) => sum + tended), asked.mock.calls.length]).toEqual([1, 1]);
  });

  test('asks for 20 people at most, those invited first, and goes on with the rest in a minute', async () => {
    const house = await aHouse(deeds.db);
    const campaign = await aCampaign(deeds.commands, house, {
      content: content(steps('linkedin_invitation', 'email'), { schedule: always }),
      leads: 25,
    });
    await deeds.enrolBatch(campaign.campaignId);
    const sequences = await sequencesOf(deeds.db, campaign.campaignId);
    const now = await clockOf(deeds);
    await deeds.db.asSystem((tx) =>
      tx.insert(invitations).values(
        sequences.map(({ id, contactId, workspaceId }, nth) => ({
          workspaceId,
          accountId: house.linkedInAccount,
          contactId,
          sequenceId: id,
          externalId: `of-${id}`,
          state: 'PENDING' as const,
          sentAt: now - DAY + nth,
        })),
      ),
    );
    const asked = vi.spyOn(deeds.world.linkedIn, 'relation');
    const states = async () => {
      const rows = await deeds.db.inWorkspace(house.workspaceId, (tx) =>
        tx.select({ state: invitations.state }).from(invitations).orderBy(invitations.sentAt),
      );
      return rows.map(({ state }) => state);
    };
    await look(house);
    expect(asked).toHaveBeenCalledTimes(20);
    expect(await states()).toEqual([...Array(20).fill('GONE'), ...Array(5).fill('PENDING')]);
    expect((await pollOf(house)).dueAt - (await clockOf(deeds))).toBeLessThanOrEqual(MINUTE);
    await later(MINUTE);
    await tendLinkedIn({ ...deeds.deps, ...deeds.commands });
    expect(await states()).toEqual(Array(25).fill('GONE'));
  });

  test('in vain is tried again later and later, and is an alarm after 2 hours', async () => {
    const sequence = await invited();
    deeds.world.provider.isAway = true;
    await look(sequence);
    const failing = await pollOf(sequence);
    expect(failing.failingSince).not.toBeNull();
    expect(failing.dueAt - (failing.failingSince ?? 0)).toBe(MINUTE);
    expect((await reconcileOnce(deeds.deps)).untended).toBe(0);
    await later(3 * HOUR);
    const { untended, tended } = await reconcileOnce(deeds.deps);
    expect([untended, tended]).toEqual([1, 1]);
    expect(deeds.log.lines).toContainEqual(expect.objectContaining({ level: 'error', fields: { untended: 1 } }));
    const again = await pollOf(sequence);
    expect(again.failingSince).toBe(failing.failingSince);
    expect(again.dueAt - (await clockOf(deeds))).toBeGreaterThan(29 * MINUTE);
    deeds.world.provider.isAway = false;
    await look(sequence);
    expect((await pollOf(sequence)).failingSince).toBeNull();
    expect(JSON.stringify(deeds.log.lines)).not.toContain(sequence.profile);
  });

  test('that gets no answer within 20 s was in vain', async () => {
    const sequence = await invited();
    const never = new AbortController().signal;
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => (ms === 20_000 ? AbortSignal.abort() : never));
    vi.spyOn(deeds.world.linkedIn, 'accountStatus').mockReturnValueOnce(new Promise(() => undefined));
    expect(await look(sequence)).toBe(1);
    expect((await pollOf(sequence)).failingSince).not.toBeNull();
  });

  test('is not begun, and not gone on with, once a run has had its 45 s; it comes again in a minute', async () => {
    const [one, other] = [await invited(), await invited()];
    const [late, never] = [new AbortController(), new AbortController().signal];
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => (ms === 45_000 ? late.signal : never));
    const list = vi.spyOn(deeds.world.linkedIn, 'pendingInvitations');
    vi.spyOn(deeds.world.linkedIn, 'accountStatus').mockImplementationOnce(async () => {
      late.abort();
      return 'ok';
    });
    await deeds.db.asSystem(async (tx) => {
      await ensurePolls(tx);
      await tx.update(linkedinPolls).set({ dueAt: 1_000 }).where(eq(linkedinPolls.accountId, other.linkedInAccount));
    });
    expect(await look(one)).toBe(1);
    expect(list).not.toHaveBeenCalled();
    const [begun, left] = [await pollOf(one), await pollOf(other)];
    expect(begun.dueAt - (await clockOf(deeds))).toBeLessThanOrEqual(MINUTE);
    expect([begun.failingSince, left.dueAt]).toEqual([null, 1_000]);
  });

  test('finds that the login is lost, and later that it holds again, and wakes whoever waited for it', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('linkedin_invitation', 'email') });
    deeds.world.provider.accountStatus = 'disconnected';
    await look(sequence);
    expect(await accountOf(deeds, sequence.linkedInAccount)).toMatchObject({ status: 'DISCONNECTED' });
    expect(as('deferred', await perform(sequence)).why).toBe('held');
    deeds.world.provider.accountStatus = 'ok';
    const { tellSeq } = await row(sequence);
    await look(sequence);
    expect(await accountOf(deeds, sequence.linkedInAccount)).toMatchObject({
      status: 'CONNECTED',
      disconnectedAt: null,
    });
    expect((await row(sequence)).tellSeq).toBe(tellSeq + 1);
    as('done', await deeds.performStep(sequence.id));
    expect(invitationsTo(sequence)).toHaveLength(1);
  });

  test('that meets a limit lets the account rest, and one that meets a lost login disconnects it', async () => {
    const [one, other] = [await invited(), await invited()];
    const list = vi.spyOn(deeds.world.linkedIn, 'pendingInvitations');
    list.mockRejectedValueOnce(
      new LinkedInUnavailable('account in trouble', { kind: 'rateLimited', retryAfterMs: 7 * HOUR }),
    );
    await look(one);
    const { status, restingUntil } = await accountOf(deeds, one.linkedInAccount);
    expect(status).toBe('RESTING');
    expect((restingUntil ?? 0) - (await clockOf(deeds))).toBeGreaterThan(6.9 * HOUR);
    list.mockRejectedValueOnce(new LinkedInUnavailable('account in trouble', { kind: 'disconnected' }));
    await look(other);
    expect(await accountOf(deeds, other.linkedInAccount)).toMatchObject({ status: 'DISCONNECTED' });
  });

  test('goes over accounts that were removed', async () => {
    const sequence = await invited();
    await changeAccount(deeds, sequence.linkedInAccount, { status: 'REMOVED' });
    expect(await look(sequence)).toBe(0);
  });
});

describe('an invitation grown old', () => {
  /** Pending for as long as its account lets it. */
  async function old(...also: Parameters<typeof steps>): Promise<Enrolled> {
    const sequence = await invited(...also);
    await later(20 * DAY);
    return sequence;
  }
  const isWithdrawn = ({ profile }: Enrolled) => deeds.world.withdrawn.includes(profile);

  test('is taken back, once, and not a day before', async () => {
    const sequence = await invited();
    await later(20 * DAY - HOUR);
    await look(sequence);
    expect(isWithdrawn(sequence)).toBe(false);
    await later(HOUR);
    await look(sequence);
    expect(isWithdrawn(sequence)).toBe(true);
    expect(await invitationOf(sequence)).toMatchObject({ state: 'WITHDRAWN' });
    await look(sequence);
    expect(await withdrawals(sequence)).toHaveLength(1);
    expect(deeds.world.withdrawn.filter((profile) => profile === sequence.profile)).toHaveLength(1);
  });

  test('stays where its account never takes any back', async () => {
    const sequence = await old();
    await changeAccount(deeds, sequence.linkedInAccount, { withdrawAfterDays: null });
    await look(sequence);
    expect(await invitationOf(sequence)).toMatchObject({ state: 'PENDING' });
    expect(isWithdrawn(sequence)).toBe(false);
  });

  test('that only a retry had found is taken back by the id that the provider’s list tells', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('linkedin_invitation') });
    hooks.set('accepted', () => Promise.reject(new Error('the worker was killed')));
    await expect(perform(sequence)).rejects.toThrow('the worker was killed');
    as('done', await perform(sequence));
    await later(20 * DAY);
    await look(sequence);
    expect(isWithdrawn(sequence)).toBe(true);
    expect(await invitationOf(sequence)).toMatchObject({ state: 'WITHDRAWN' });
  });

  test.each([
    ['paused', { status: 'PAUSED' }],
    ['resting', { status: 'RESTING', restingUntil: FAR_AHEAD }],
  ] as const)('stays while its account is %s', async (_how, standing) => {
    const sequence = await old();
    await changeAccount(deeds, sequence.linkedInAccount, standing);
    const list = vi.spyOn(deeds.world.linkedIn, 'pendingInvitations');
    await look(sequence);
    expect(isWithdrawn(sequence)).toBe(false);
    expect(list).toHaveBeenCalledTimes(standing.status === 'RESTING' ? 0 : 1); // who rests asks LinkedIn nothing
    await changeAccount(deeds, sequence.linkedInAccount, { status: 'CONNECTED', restingUntil: null });
    await look(sequence);
    expect(isWithdrawn(sequence)).toBe(true);
  });

  test('and accepted while it is taken back is a connection', async () => {
    const sequence = await old('email');
    vi.spyOn(deeds.world.linkedIn, 'withdraw').mockImplementationOnce(async () => {
      deeds.world.relations.set(sequence.profile, 'connected');
      return { kind: 'already' };
    });
    await look(sequence);
    expect(await invitationOf(sequence)).toMatchObject({ state: 'ACCEPTED' });
    expect([(await acceptances(sequence)).length, (await withdrawals(sequence)).length]).toEqual([1, 0]);
  });

  test('that was taken back by a run which then died is found to be so by the next', async () => {
    const sequence = await old();
    const { withdraw } = deeds.world.linkedIn;
    vi.spyOn(deeds.world.linkedIn, 'withdraw').mockImplementationOnce(async (...asked) => {
      await withdraw(...asked);
      throw new Error('the worker was killed');
    });
    await look(sequence);
    expect(await invitationOf(sequence)).toMatchObject({ state: 'PENDING' });
    await look(sequence);
    expect(await invitationOf(sequence)).toMatchObject({ state: 'WITHDRAWN' });
    expect(await withdrawals(sequence)).toHaveLength(1);
    expect(deeds.world.withdrawn.filter((profile) => profile === sequence.profile)).toHaveLength(1);
  });

  test('that the provider will not take back is left alone, and holds up nobody', async () => {
    const sequence = await old();
    deeds.world.refuseLinkedIn({ kind: 'refused', detail: 'no' });
    await look(sequence);
    expect(await invitationOf(sequence)).toMatchObject({ state: 'PENDING' });
    expect((await pollOf(sequence)).failingSince).toBeNull();
  });

  test('told late to be over changes nothing for the one that went out since', async () => {
    const sequence = await invited();
    const before = await invitationOf(sequence);
    if (!before) throw new Error('no invitation');
    await recordInvitationOver(deeds.commands, sequence.caller, { ...before, sentAt: before.sentAt - DAY }, 'GONE');
    expect(await invitationOf(sequence)).toEqual(before);
  });
});

describe('an invitation to whom one came to nothing', () => {
  /** The next sequence of the same contact, from the same account. */
  const again = (of: Enrolled) =>
    anEnrolled(deeds, {
      steps: steps('linkedin_invitation', 'email'),
      house: of,
      lead: { email: of.email, profile: `in/${of.profile}` },
    });

  test.each(['WITHDRAWN', 'GONE'] as const)('lately (%s) is skipped, and LinkedIn is not even asked', async (how) => {
    const before = await invited();
    const pending = await invitationOf(before);
    if (!pending) throw new Error('no invitation');
    deeds.world.relations.set(before.profile, 'none');
    await recordInvitationOver(deeds.commands, before.caller, pending, how);
    await later(20 * DAY);
    const sequence = await again(before);
    const asked = vi.spyOn(deeds.world.linkedIn, 'relation');
    expect(as('done', await perform(sequence)).next?.number).toBe(2);
    expect(asked).not.toHaveBeenCalled();
    expect(await stepOf(sequence)).toMatchObject({ status: 'SKIPPED', reason: 'invited_recently' });
    expect(first(await deeds.deliveriesOf(sequence.id))).toMatchObject({ state: 'RELEASED' });
    expect(invitationsTo(before)).toHaveLength(1);
  });

  test('21 days ago goes out, and is pending anew', async () => {
    const before = await invited();
    const pending = await invitationOf(before);
    if (!pending) throw new Error('no invitation');
    deeds.world.relations.set(before.profile, 'none');
    await recordInvitationOver(deeds.commands, before.caller, pending, 'WITHDRAWN');
    await later(21 * DAY);
    const sequence = await again(before);
    as('done', await perform(sequence));
    expect(invitationsTo(before)).toHaveLength(2);
    expect(await invitationOf(sequence)).toMatchObject({
      state: 'PENDING',
      sequenceId: sequence.id,
      settledAt: null,
    });
  });
});

describe('waiting for a connection ends', () => {
  test.each([
    ['positive', 'SUCCEEDED'],
    ['negative', 'STOPPED_EARLY'],
    ['unclear', 'WAITING_FOR_USER'],
  ] as const)('with a %s reply, wherever it was written', async (intent: ReplyIntent, status) => {
    const sequence = await waiting();
    await recordReply(deeds.commands, sequence.caller, { sequenceId: sequence.id, intent, key: sequence.id });
    expect(await row(sequence)).toMatchObject({ status });
  });

  test('with a stop, and an acceptance afterwards changes nothing', async () => {
    const sequence = await waiting();
    await stopSequence(deeds.commands, sequence.caller, sequence.id);
    const stopped = await row(sequence);
    expect(stopped).toMatchObject({ status: 'STOPPED_EARLY', endReason: 'stopped_by_user' });
    await accept(sequence);
    expect(await row(sequence)).toEqual(stopped);
    expect((await stepOf(sequence)).status).toBe('CANCELED');
  });

  test('with an acceptance also for a walk that was started anew: it asks at once, and then waits for one', async () => {
    const sequence = await waiting();
    const anew = await clockOf(deeds);
    expect(await deeds.personalise(sequence.id, anew)).toMatchObject({ next: { at: anew } });
    as('waitingForLead', await deeds.performStep(sequence.id));
  });

  test('after the template’s days, and never begins where the template says SKIP', async () => {
    const [delays, skips] = [{ kind: 'DELAY', maxWaitDays: 2 }, { kind: 'SKIP' }] as const;
    const sequence = await waiting({ template: { linkedIn: delays } });
    const { waitUntil } = await stepOf(sequence);
    expect((waitUntil ?? 0) - sequence.enrolledAt).toBeGreaterThanOrEqual(2 * DAY);
    as('done', await deeds.performStep(sequence.id, waitUntil ?? 0));
    expect(await stepOf(sequence)).toMatchObject({ status: 'SKIPPED', reason: 'no_connection' });

    const other = await anEnrolled(deeds, { steps: steps('linkedin_message', 'email'), template: { linkedIn: skips } });
    as('done', await perform(other));
    expect(await stepOf(other)).toMatchObject({ status: 'SKIPPED', reason: 'no_connection' });
  });
});
