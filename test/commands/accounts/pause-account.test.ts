import { describe, expect, test, vi } from 'vitest';
import { MailboxAway } from '../../../src/adapters/mailbox.ts';
import { pauseAccount } from '../../../src/commands/accounts/pause-account.ts';
import { accountIsBack, reconnectAccount } from '../../../src/commands/accounts/reconnect-account.ts';
import { removeAccount } from '../../../src/commands/accounts/remove-account.ts';
import { resumeAccount } from '../../../src/commands/accounts/resume-account.ts';
import { disconnectAccount, loadAccount, restAccount } from '../../../src/db/accounts.ts';
import { newId } from '../../../src/db/new-id.ts';
import { sequences } from '../../../src/db/schema.ts';
import { DAY_MS } from '../../../src/domain/durations.ts';
import { type ContactId, idOf, type SequenceId } from '../../../src/domain/ids.ts';
import { accountsForFile, refusal, refused } from '../../support/accounts.ts';
import { insertContacts } from '../../support/contact-rows.ts';
import { TUESDAY_1000 } from '../../support/deeds.ts';
import { accountOf, anEnrolled, as, changeAccount, clockOf, contactOf } from '../../support/enrolled.ts';
import { aHouse, type House, sequenceRow, steps } from '../../support/scenario.ts';

const { deeds, mail, eventsAbout, kindsAbout, performDue } = accountsForFile();

describe('pausing and resuming', () => {
  const pause = ({ caller, emailAccount }: House) => pauseAccount(mail.deps, caller, emailAccount);
  const resume = ({ caller, emailAccount }: House) => resumeAccount(mail.deps, caller, emailAccount);

  test('a paused account starts no body; resumed, its sequence is told and sends at once', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('email') });
    await pause(sequence);
    const bodies = deeds.world.bodies();
    const { result, dueAt } = await performDue(sequence.id);
    expect(as('deferred', result).why).toBe('held');
    expect(deeds.world.bodies()).toBe(bodies);
    const before = await sequenceRow(deeds.db, sequence.id);

    deeds.announced.length = 0;
    await resume(sequence);
    expect(deeds.announced).toEqual([{ workspaceId: sequence.workspaceId, sequenceId: sequence.id }]);
    expect((await sequenceRow(deeds.db, sequence.id)).tellSeq).toBe(before.tellSeq + 1);
    expect((await performDue(sequence.id, dueAt)).result.kind).toBe('done');
    expect(deeds.world.bodies()).toBe(bodies + 1);
    expect(await eventsAbout(sequence.emailAccount)).toEqual([
      { kind: 'account_paused', actor: sequence.caller.actor, data: {} },
      { kind: 'account_resumed', actor: sequence.caller.actor, data: {} },
    ]);
  });

  test('a pause while a server asks for the body is heard before the body', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('email') });
    const bodies = deeds.world.bodies();
    deeds.world.react(sequence.email, { meanwhile: () => pause(sequence) });
    expect(as('deferred', (await performDue(sequence.id)).result).why).toBe('held');
    expect(deeds.world.bodies()).toBe(bodies);
  });

  test('twice is once', async () => {
    const other = await aHouse(deeds.db);
    await pause(other);
    await pause(other);
    expect(await accountOf(deeds, other.emailAccount)).toMatchObject({ status: 'PAUSED', pausedWhy: 'by_user' });
    await resume(other);
    await resume(other);
    expect(await accountOf(deeds, other.emailAccount)).toMatchObject({ status: 'CONNECTED', pausedWhy: null });
    expect(await kindsAbout(other.emailAccount)).toEqual(['account_paused', 'account_resumed']);
  });

  test.each(['DISCONNECTED', 'REMOVED'] as const)('a %s account is neither paused nor resumed', async (status) => {
    const other = await aHouse(deeds.db);
    await changeAccount(deeds, other.emailAccount, { status, disconnectedAt: TUESDAY_1000 });
    expect(await refused(pause(other))).toBe('wrong_state');
    expect(await refused(resume(other))).toBe('wrong_state');
  });

  test('a rest is no pause: it ends by itself', async () => {
    const other = await aHouse(deeds.db);
    await deeds.db.inWorkspace(other.workspaceId, async (tx) =>
      restAccount(tx, await loadAccount(tx, other.emailAccount), TUESDAY_1000 + DAY_MS, TUESDAY_1000),
    );
    expect(await refused(resume(other))).toBe('wrong_state');
    await pause(other);
    expect((await accountOf(deeds, other.emailAccount)).status).toBe('PAUSED');
  });

  test('a paused account whose provider refuses the login of a message on its way is DISCONNECTED', async () => {
    const other = await aHouse(deeds.db);
    await pause(other);
    await deeds.db.inWorkspace(other.workspaceId, async (tx) =>
      disconnectAccount(tx, await loadAccount(tx, other.emailAccount), TUESDAY_1000),
    );
    expect(await accountOf(deeds, other.emailAccount)).toMatchObject({ status: 'DISCONNECTED', pausedWhy: 'by_user' });
  });

  test('only the open sequences that it held are told, over pages of 200, each once', async () => {
    const running = await anEnrolled(deeds, { steps: steps('email') });
    const [contact, sequence] = [await contactOf(deeds, running.id), await sequenceRow(deeds.db, running.id)];
    const ids = Array.from({ length: 405 }, () => newId<SequenceId>());
    const people = ids.map((id) => ({
      ...contact,
      id: idOf<ContactId>(id),
      email: `${id}@lead.example`,
      profile: null,
    }));
    const [ended, otherwise, ...held] = ids;
    const standing = (id: SequenceId): Partial<typeof sequence> => ({
      nextWhy: id === otherwise ? 'delay' : 'held',
      ...(id === ended ? { status: 'STOPPED_EARLY', endReason: 'stopped_by_user', endedAt: TUESDAY_1000 } : {}),
    });
    await deeds.db.asSystem(async (tx) => {
      await insertContacts(tx, people);
      await tx
        .insert(sequences)
        .values(ids.map((id) => ({ ...sequence, ...standing(id), id, contactId: idOf<ContactId>(id) })));
    });
    await pause(running);
    deeds.announced.length = 0;
    await resume(running);
    expect(deeds.announced).toEqual(held.map((sequenceId) => ({ workspaceId: running.workspaceId, sequenceId })));
    expect(held).toHaveLength(403);
  });
});

describe('reconnecting', () => {
  test('a DISCONNECTED account whose servers let us in is CONNECTED, and its sequences are told', async () => {
    const own = await aHouse(deeds.db);
    const sequence = await anEnrolled(deeds, { steps: steps('email'), house: own });
    await changeAccount(deeds, own.emailAccount, { status: 'DISCONNECTED', disconnectedAt: await clockOf(deeds) });
    const { result, dueAt } = await performDue(sequence.id);
    expect(as('deferred', result).why).toBe('held');
    mail.servers.imap = new MailboxAway('authentication', 'no');
    expect(await refused(reconnectAccount(mail.deps, own.caller, own.emailAccount))).toBe('invalid');
    expect((await accountOf(deeds, own.emailAccount)).status).toBe('DISCONNECTED');

    mail.reset();
    deeds.announced.length = 0;
    await reconnectAccount(mail.deps, own.caller, own.emailAccount);
    await reconnectAccount(mail.deps, own.caller, own.emailAccount);
    expect(await accountOf(deeds, own.emailAccount)).toMatchObject({ status: 'CONNECTED', disconnectedAt: null });
    expect(deeds.announced[0]).toEqual({ workspaceId: own.workspaceId, sequenceId: sequence.id });
    expect(await kindsAbout(own.emailAccount)).toEqual(['account_reconnected']);
    expect((await performDue(sequence.id, dueAt)).result.kind).toBe('done');
  });

  test('a LinkedIn account is CONNECTED when its provider says that its member is signed in again', async () => {
    const own = await aHouse(deeds.db);
    await changeAccount(deeds, own.linkedInAccount, { status: 'DISCONNECTED', disconnectedAt: TUESDAY_1000 });
    deeds.world.provider.accountStatus = 'disconnected';
    expect((await refusal(reconnectAccount(mail.deps, own.caller, own.linkedInAccount))).places).toEqual([
      'external_id',
    ]);
    expect((await accountOf(deeds, own.linkedInAccount)).status).toBe('DISCONNECTED');
    deeds.world.provider.accountStatus = 'ok';
    await reconnectAccount(mail.deps, own.caller, own.linkedInAccount);
    expect(mail.servers.asked).toEqual([]);
    expect((await accountOf(deeds, own.linkedInAccount)).status).toBe('CONNECTED');
  });

  test('a provider that tells by itself is not asked; its sequences are told, and one that was paused stays so', async () => {
    const own = await aHouse(deeds.db);
    const sequence = await anEnrolled(deeds, { steps: steps('linkedin_invitation'), house: own });
    await changeAccount(deeds, own.linkedInAccount, { status: 'DISCONNECTED', disconnectedAt: await clockOf(deeds) });
    expect(as('deferred', (await performDue(sequence.id)).result).why).toBe('held');
    const asked = vi.spyOn(deeds.world.linkedIn, 'accountStatus');
    deeds.announced.length = 0;
    await accountIsBack(deeds.commands, own.caller, own.linkedInAccount);
    await accountIsBack(deeds.commands, own.caller, own.linkedInAccount);
    expect(asked).not.toHaveBeenCalled();
    expect(deeds.announced).toEqual([{ workspaceId: own.workspaceId, sequenceId: sequence.id }]);
    expect(await kindsAbout(own.linkedInAccount)).toEqual(['account_reconnected']);
    await changeAccount(deeds, own.linkedInAccount, { status: 'PAUSED' });
    await accountIsBack(deeds.commands, own.caller, own.linkedInAccount);
    expect((await accountOf(deeds, own.linkedInAccount)).status).toBe('PAUSED');
  });

  test('a paused account stays paused', async () => {
    const own = await aHouse(deeds.db);
    await pauseAccount(mail.deps, own.caller, own.emailAccount);
    expect(await refused(reconnectAccount(mail.deps, own.caller, own.emailAccount))).toBe('wrong_state');
  });

  test('somebody who pauses or removes it while its servers are asked has the say', async () => {
    const own = await aHouse(deeds.db);
    await changeAccount(deeds, own.emailAccount, { status: 'DISCONNECTED', disconnectedAt: TUESDAY_1000 });
    mail.servers.meanwhile = async () => {
      await removeAccount(mail.deps, own.caller, own.emailAccount);
    };
    expect(await refused(reconnectAccount(mail.deps, own.caller, own.emailAccount))).toBe('wrong_state');
    expect((await accountOf(deeds, own.emailAccount)).status).toBe('REMOVED');
  });
});
