import { eq } from 'drizzle-orm';
import { describe, expect, test, vi } from 'vitest';
import { openCredentials } from '../../../src/commands/accounts/credentials.ts';
import { type AccountChange, editAccount } from '../../../src/commands/accounts/edit-account.ts';
import { removeAccount } from '../../../src/commands/accounts/remove-account.ts';
import { testAccount } from '../../../src/commands/accounts/test-account.ts';
import { disconnectAccount, loadAccount } from '../../../src/db/accounts.ts';
import { lockAccount } from '../../../src/db/locks.ts';
import { mailboxes } from '../../../src/db/schema.ts';
import type { AccountId } from '../../../src/domain/ids.ts';
import { accountsForFile, refusal, refused } from '../../support/accounts.ts';
import { TUESDAY_1000 } from '../../support/deeds.ts';
import { testVault } from '../../support/engine.ts';
import { accountOf, changeAccount, first } from '../../support/enrolled.ts';
import { PASSWORD } from '../../support/mail-servers.ts';
import { aHouse } from '../../support/scenario.ts';

const { deeds, mail, house, connect, eventsAbout, kindsAbout, aReaderOf, goesOn } = accountsForFile();

const disconnect = (id: AccountId) =>
  deeds.db.inWorkspace(house.workspaceId, async (tx) => {
    await lockAccount(tx, id);
    await disconnectAccount(tx, await loadAccount(tx, id), TUESDAY_1000);
  });

const inboxOf = async (id: AccountId) =>
  first(await deeds.db.asSystem((tx) => tx.select().from(mailboxes).where(eq(mailboxes.accountId, id))));

describe('testing again', () => {
  test('opens the stored passwords, changes nothing and tells what the servers say', async () => {
    const id = await connect();
    const before = await accountOf(deeds, id);
    mail.reset();
    await testAccount(mail.deps, house.caller, id);
    expect(mail.servers.asked.map(({ password }) => password)).toEqual([PASSWORD, `${PASSWORD} too`]);
    mail.servers.smtp = { kind: 'refused', at: 'tls', detail: 'its certificate has expired' };
    expect((await refusal(testAccount(mail.deps, house.caller, id))).places).toEqual(['smtp.tls']);
    expect(await accountOf(deeds, id)).toEqual(before);
    expect(await kindsAbout(id)).toEqual(['account_connected']);
  });

  test('asks LinkedIn’s provider about a LinkedIn account', async () => {
    const asked = vi.spyOn(deeds.world.linkedIn, 'accountStatus');
    await testAccount(mail.deps, house.caller, house.linkedInAccount);
    expect(asked.mock.calls).toEqual([[{ externalId: 'account-1' }]]);
    deeds.world.provider.accountStatus = 'disconnected';
    const { places, text } = await refusal(testAccount(mail.deps, house.caller, house.linkedInAccount));
    expect(places).toEqual(['external_id']);
    expect(text).toContain('not signed in to LinkedIn any more');
    expect((await accountOf(deeds, house.linkedInAccount)).status).toBe('CONNECTED');
  });

  test('is for accounts that are there', async () => {
    const id = await connect();
    await removeAccount(mail.deps, house.caller, id);
    expect(await refused(testAccount(mail.deps, house.caller, id))).toBe('wrong_state');
    expect(await refused(testAccount(mail.deps, (await aHouse(deeds.db)).caller, id))).toBe('not_found');
  });
});

describe('editing', () => {
  const edit = (id: AccountId, change: Partial<AccountChange>) =>
    editAccount(mail.deps, house.caller, id, { habits: {}, servers: {}, ...change });

  test('habits change without asking the servers; what is not given stays', async () => {
    const id = await connect();
    mail.reset();
    await edit(id, { habits: { dailyCap: 10, signature: 'Best\nKim' } });
    expect(await accountOf(deeds, id)).toMatchObject({
      dailyCap: 10,
      signature: 'Best\nKim',
      senderName: 'Kim Sender',
    });
    expect(mail.servers.asked).toEqual([]);
    expect((await eventsAbout(id)).at(-1)).toEqual({
      kind: 'account_edited',
      actor: house.caller.actor,
      data: { changed: 'dailyCap, signature' },
    });
    await edit(id, {});
    expect(await kindsAbout(id)).toEqual(['account_connected', 'account_edited']);
  });

  test('what is so already changes nothing, and nothing is told of it', async () => {
    const id = await connect();
    const { dailyCap, senderName, signature } = await accountOf(deeds, id);
    await edit(id, { habits: { dailyCap, senderName, signature }, servers: { filesSent: false } });
    await edit(id, { habits: { dailyCap, gapSeconds: 7 } });
    expect((await eventsAbout(id)).map(({ data }) => data)).toEqual([expect.anything(), { changed: 'gapSeconds' }]);
    const own = await aHouse(deeds.db);
    const before = await accountOf(deeds, own.linkedInAccount);
    await editAccount(mail.deps, own.caller, own.linkedInAccount, {
      habits: {},
      servers: {},
      externalId: before.settings.channel === 'linkedin' ? before.settings.externalId : '',
    });
    expect(await accountOf(deeds, own.linkedInAccount)).toEqual(before);
    expect(await eventsAbout(own.linkedInAccount)).toEqual([]);
  });

  test('a new password is asked for its worth before it is stored', async () => {
    const id = await connect();
    mail.servers.smtp = { kind: 'refused', at: 'login', detail: 'no' };
    expect((await refusal(edit(id, { servers: { smtp: { password: 'new' } } }))).places).toEqual(['smtp.password']);
    expect(openCredentials(testVault, await accountOf(deeds, id)).smtp).toBe(PASSWORD);
    mail.reset();
    await edit(id, { servers: { smtp: { password: 'new' } } });
    expect(mail.servers.asked.map(({ password }) => password)).toEqual(['new', `${PASSWORD} too`]);
    expect(openCredentials(testVault, await accountOf(deeds, id))).toEqual({ smtp: 'new', imap: `${PASSWORD} too` });
  });

  test.each([{ host: 'elsewhere.example.com' }, { port: 2525 }, { user: 'eve' }])(
    'a stored password is never handed to %j',
    async (smtp) => {
      const id = await connect();
      mail.reset();
      expect((await refusal(edit(id, { servers: { smtp } }))).places).toEqual(['smtp.password']);
      expect(mail.servers.asked).toEqual([]);
      await edit(id, { servers: { smtp: { ...smtp, password: 'theirs' } } });
      expect(openCredentials(testVault, await accountOf(deeds, id)).smtp).toBe('theirs');
    },
  );

  test('servers that somebody else changed while ours were asked are not overwritten', async () => {
    const id = await connect();
    mail.servers.meanwhile = async () => {
      mail.servers.meanwhile = async () => undefined;
      await edit(id, { servers: { smtp: { password: 'quicker' } } });
    };
    expect(await refused(edit(id, { servers: { imap: { password: 'slower' } } }))).toBe('version_conflict');
    expect(openCredentials(testVault, await accountOf(deeds, id)).smtp).toBe('quicker');
  });

  test('a new password that opens a DISCONNECTED account connects it', async () => {
    const id = await connect();
    await disconnect(id);
    await edit(id, { habits: { dailyCap: 1 } });
    expect((await accountOf(deeds, id)).status).toBe('DISCONNECTED');
    await edit(id, { servers: { smtp: { password: 'new' } } });
    expect(await accountOf(deeds, id)).toMatchObject({ status: 'CONNECTED', disconnectedAt: null });
    expect((await kindsAbout(id)).slice(-2)).toEqual(['account_edited', 'account_reconnected']);
  });

  test.each([{ host: 'elsewhere.example.com' }, { port: 143 }, { user: 'eve' }])(
    'another inbox, by %j, is one that nobody has read: whoever reads the old one stops',
    async (imap) => {
      const id = await connect();
      const reader = await aReaderOf(id);
      await edit(id, { habits: { dailyCap: 3 }, servers: { smtp: { password: 'new' }, imap: { password: 'new' } } });
      expect(await inboxOf(id)).toMatchObject({ uidValidity: 7, lastUid: 41, readAt: TUESDAY_1000 });
      await edit(id, { servers: { imap: { ...imap, password: 'theirs' } } });
      expect(await inboxOf(id)).toMatchObject({ uidValidity: null, lastUid: 0, readAt: null });
      expect(await goesOn(reader)).toEqual([false, false]);
    },
  );

  test.each<AccountChange['servers']>([
    { smtp: { host: 'elsewhere.example.com', password: 'theirs' } },
    { imap: { user: 'eve', password: 'theirs' } },
    { filesSent: true },
  ])('what was found in Sent under other servers is forgotten: %j', async (servers) => {
    const id = await connect();
    const found = { sentSample: '<one@example.com>', sentFoundAt: TUESDAY_1000 };
    await deeds.db.asSystem((tx) => tx.update(mailboxes).set(found).where(eq(mailboxes.accountId, id)));
    await edit(id, { habits: { dailyCap: 3 } });
    expect(await inboxOf(id)).toMatchObject(found);
    await edit(id, { servers });
    expect(await inboxOf(id)).toMatchObject({ sentSample: null, sentFoundAt: null });
  });

  test('a LinkedIn account has limits of its own and no servers; an email account the other way round', async () => {
    const change = { dailyCap: 20, invitationsPerDay: 5, invitationsPerWeek: 25, withdrawAfterDays: null };
    await edit(house.linkedInAccount, { habits: change });
    expect(await accountOf(deeds, house.linkedInAccount)).toMatchObject(change);
    const strange = { habits: { signature: 'Kim' }, servers: { filesSent: true } };
    expect((await refusal(edit(house.linkedInAccount, strange))).places).toEqual(['signature', 'files_sent']);
    const places = ['invitations_per_day', 'external_id'];
    const id = await connect();
    expect((await refusal(edit(id, { habits: { invitationsPerDay: 5 }, externalId: 'x' }))).places).toEqual(places);
  });

  test('another account at LinkedIn’s provider is asked about before it is stored, and connects a DISCONNECTED one', async () => {
    const own = await aHouse(deeds.db);
    const change = (externalId: string) =>
      editAccount(mail.deps, own.caller, own.linkedInAccount, { habits: {}, servers: {}, externalId });
    await changeAccount(deeds, own.linkedInAccount, { status: 'DISCONNECTED', disconnectedAt: TUESDAY_1000 });
    deeds.world.provider.accountStatus = 'unknownAccount';
    expect((await refusal(change('signed-in-anew'))).places).toEqual(['external_id']);
    deeds.world.provider.accountStatus = 'ok';
    await change('signed-in-anew');
    expect(await accountOf(deeds, own.linkedInAccount)).toMatchObject({
      status: 'CONNECTED',
      settings: { channel: 'linkedin', externalId: 'signed-in-anew' },
    });
    expect(await kindsAbout(own.linkedInAccount)).toEqual(['account_edited', 'account_reconnected']);
  });

  test('a removed account has nothing left to change', async () => {
    const id = await connect();
    await removeAccount(mail.deps, house.caller, id);
    expect(await refused(edit(id, { habits: { dailyCap: 1 } }))).toBe('wrong_state');
  });
});
