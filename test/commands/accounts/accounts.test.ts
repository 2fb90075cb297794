import { and, asc, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createKeyVault, openVault } from '../../../src/adapters/key-vault.ts';
import { LinkedInUnavailable } from '../../../src/adapters/linkedin.ts';
import { MailboxAway } from '../../../src/adapters/mailbox.ts';
import type { Vault } from '../../../src/adapters/vault.ts';
import { connectAccount } from '../../../src/commands/accounts/connect-account.ts';
import {
  connectLinkedInAccount,
  type NewLinkedInAccount,
} from '../../../src/commands/accounts/connect-linkedin-account.ts';
import { openCredentials } from '../../../src/commands/accounts/credentials.ts';
import { type AccountChange, editAccount } from '../../../src/commands/accounts/edit-account.ts';
import { guardAccount } from '../../../src/commands/accounts/guard-account.ts';
import { pauseAccount } from '../../../src/commands/accounts/pause-account.ts';
import { accountIsBack, reconnectAccount } from '../../../src/commands/accounts/reconnect-account.ts';
import { removeAccount } from '../../../src/commands/accounts/remove-account.ts';
import { resumeAccount } from '../../../src/commands/accounts/resume-account.ts';
import { rotateCredentials } from '../../../src/commands/accounts/rotate-credentials.ts';
import { testAccount } from '../../../src/commands/accounts/test-account.ts';
import { readConfig } from '../../../src/config.ts';
import { disconnectAccount, loadAccount, restAccount } from '../../../src/db/accounts.ts';
import { lockAccount } from '../../../src/db/locks.ts';
import { markRead, moveCursor, type Reader, takeMailbox } from '../../../src/db/mailboxes.ts';
import { newId } from '../../../src/db/new-id.ts';
import {
  accounts,
  campaignAccounts,
  contacts,
  deliveries,
  events,
  mailboxes,
  sequenceSteps,
  sequences,
  slots,
} from '../../../src/db/schema.ts';
import type { BounceKind } from '../../../src/domain/accounts/account.ts';
import type { DeliveryState } from '../../../src/domain/delivery.ts';
import { DAY_MS } from '../../../src/domain/durations.ts';
import type { EventKind } from '../../../src/domain/event.ts';
import {
  type AccountId,
  type ContactId,
  type DeliveryId,
  idOf,
  type SequenceId,
  type StepId,
} from '../../../src/domain/ids.ts';
import { dotted, problemText } from '../../../src/domain/problem.ts';
import { Refusal, type RefusalCode } from '../../../src/domain/refusal.ts';
import type { StepResult } from '../../../src/domain/sequence.ts';
import { rotateKeys } from '../../../src/rotate-keys.ts';
import { type Deeds, startDeeds, TUESDAY_1000 } from '../../support/deeds.ts';
import { testDb, testVault } from '../../support/engine.ts';
import {
  accountOf,
  anEnrolled,
  as,
  changeAccount,
  clockOf,
  contactOf,
  type Enrolled,
  first,
} from '../../support/enrolled.ts';
import { anEmailAccount, createMailServers, PASSWORD } from '../../support/mail-servers.ts';
import { freshDatabase } from '../../support/postgres.ts';
import { aHouse, type House, sequenceRow, steps } from '../../support/scenario.ts';

let deeds: Deeds;
let mail: ReturnType<typeof createMailServers>;
let house: House;
beforeAll(async () => {
  deeds = await startDeeds();
  mail = createMailServers(deeds);
  house = await aHouse(deeds.db);
});
beforeEach(() => {
  mail.reset();
  vi.restoreAllMocks();
  deeds.world.provider.accountStatus = 'ok';
});
afterAll(() => deeds.stop());

const connect = (also: Parameters<typeof anEmailAccount>[0] = {}) =>
  connectAccount(mail.deps, house.caller, anEmailAccount(also));

let profiles = 0;

/** Its profile and its id at the provider are used once. */
const aLinkedInAccount = (also: Partial<NewLinkedInAccount> = {}): NewLinkedInAccount => ({
  profile: `kim-sender-${profiles}`,
  externalId: `provider-account-${profiles++}`,
  memberId: null,
  senderName: null,
  senderJobTitle: null,
  zone: 'Europe/Paris',
  dailyCap: 50,
  gapSeconds: 180,
  invitationsPerDay: 20,
  invitationsPerWeek: 100,
  withdrawAfterDays: 20,
  ...also,
});

const eventsAbout = async (id: AccountId) => {
  const about = sql`${events.data} ->> 'account' = ${id}`;
  const rows = await deeds.db.asSystem((tx) => tx.select().from(events).where(about).orderBy(asc(events.ordinal)));
  return rows.map(({ kind, actor, data: { account: _, ...data } }) => ({ kind, actor, data }));
};
const kindsAbout = async (id: AccountId): Promise<EventKind[]> => (await eventsAbout(id)).map(({ kind }) => kind);

async function refusal(asked: Promise<unknown>): Promise<{ code: RefusalCode; places: string[]; text: string }> {
  const error = await asked.then(
    () => new Error('it was not refused'),
    (error: unknown) => error,
  );
  if (!(error instanceof Refusal)) throw error;
  const text = [error.message, ...error.problems.map(problemText)].join('\n');
  return { code: error.code, places: error.problems.map(({ path }) => dotted(path)), text };
}
const refused = async (asked: Promise<unknown>) => (await refusal(asked)).code;

/** Performs the current step when it is due; the first time, and again after what put it off. */
async function performDue(id: SequenceId, dueAt?: number): Promise<{ result: StepResult; dueAt: number }> {
  const at = dueAt ?? (await sequenceRow(deeds.db, id)).nextAt ?? 0;
  return { result: await deeds.performStep(id, at), dueAt: at };
}

const disconnect = (id: AccountId) =>
  deeds.db.inWorkspace(house.workspaceId, async (tx) => {
    await lockAccount(tx, id);
    await disconnectAccount(tx, await loadAccount(tx, id), TUESDAY_1000);
  });

const inboxOf = async (id: AccountId) =>
  first(await deeds.db.asSystem((tx) => tx.select().from(mailboxes).where(eq(mailboxes.accountId, id))));

/** A reader in the middle of an inbox that was read before. */
const aReaderOf = (id: AccountId): Promise<Reader> =>
  deeds.db.asSystem(async (tx) => {
    const reader = await takeMailbox(tx, id);
    if (!reader) throw new Error(`account ${id} has no inbox`);
    await moveCursor(tx, reader, 7, 41);
    await markRead(tx, reader, TUESDAY_1000);
    return reader;
  });

/** Whether it may still move the cursor, and say that it came to the end. */
const goesOn = (reader: Reader) =>
  deeds.db.asSystem(async (tx) => [await moveCursor(tx, reader, 7, 42), await markRead(tx, reader, TUESDAY_1000)]);

describe('connecting', () => {
  test('stores a CONNECTED account with an inbox to read, owned by one member, and says who did it', async () => {
    const id = await connect({ address: ' Kim.First@Acme.example' });
    expect(await accountOf(deeds, id)).toMatchObject({
      address: 'kim.first@acme.example',
      status: 'CONNECTED',
      memberId: house.memberId,
      channel: 'email',
      dailyCap: 50,
      gapSeconds: 60,
      zone: 'Europe/Paris',
      senderName: 'Kim Sender',
    });
    const inboxes = await deeds.db.asSystem((tx) => tx.select().from(mailboxes).where(eq(mailboxes.accountId, id)));
    expect(inboxes).toMatchObject([{ workspaceId: house.workspaceId, uidValidity: null, lastUid: 0 }]);
    expect(await eventsAbout(id)).toEqual([
      { kind: 'account_connected', actor: house.caller.actor, data: { channel: 'email' } },
    ]);
  });

  test('keeps the passwords encrypted, and nothing in the clear anywhere', async () => {
    const id = await connect();
    const account = await accountOf(deeds, id);
    expect(openCredentials(testVault, account)).toEqual({ smtp: PASSWORD, imap: `${PASSWORD} too` });
    const everything = await deeds.db.asSystem((tx) =>
      Promise.all([tx.select().from(accounts), tx.select().from(events)]),
    );
    expect(JSON.stringify(everything)).not.toContain('battery');
  });

  test('without a login stores no credentials', async () => {
    const server = { host: 'localhost', port: 1025, tls: 'none', user: null, password: null } as const;
    expect((await accountOf(deeds, await connect({ smtp: server, imap: server }))).credentials).toBeNull();
  });

  test('asks both servers first, with the given passwords and in no transaction', async () => {
    let open: number | null = null;
    mail.servers.meanwhile = async () => {
      open = mail.servers.openTransactions;
    };
    await connect();
    expect(open).toBe(0);
    expect(mail.servers.asked).toEqual([
      { protocol: 'smtp', host: 'smtp.example.com', user: 'kim', password: PASSWORD },
      { protocol: 'imap', host: 'imap.example.com', user: 'kim', password: `${PASSWORD} too` },
    ]);
  });

  test.each([
    ['host', 'smtp.host'],
    ['port', 'smtp.port'],
    ['tls', 'smtp.tls'],
    ['login', 'smtp.password'],
    ['server', 'smtp.host'],
  ] as const)('SMTP that fails at its %s is told at %s', async (at, place) => {
    mail.servers.smtp = { kind: 'refused', at, detail: 'smtp.example.com:465 says no' };
    const { code, places, text } = await refusal(connect());
    expect([code, places]).toEqual(['invalid', [place]]);
    expect(text).toContain('smtp.example.com:465 says no');
  });

  test.each([
    ['authentication', 'imap.password'],
    ['tls', 'imap.tls'],
    ['away', 'imap.host'],
  ] as const)('IMAP that fails by %s is told at %s', async (kind, place) => {
    mail.servers.imap = new MailboxAway(kind, 'imap.example.com:993 says no');
    const { code, places, text } = await refusal(connect());
    expect([code, places]).toEqual(['invalid', [place]]);
    expect(text).toContain('imap.example.com:993 says no');
  });

  test('a server that does not come to an end is told so', async () => {
    mail.servers.meanwhile = async () => {
      throw new DOMException('', 'TimeoutError');
    };
    const { places, text } = await refusal(connect());
    expect(places).toEqual(['smtp.host']);
    expect(text).toContain('did not come to an end within 30 s');
  });

  test('both at once are told at once, and nothing is stored', async () => {
    mail.servers.smtp = { kind: 'refused', at: 'login', detail: 'no' };
    mail.servers.imap = new MailboxAway('authentication', 'no');
    const address = 'refused@acme.example';
    expect((await refusal(connect({ address }))).places).toEqual(['smtp.password', 'imap.password']);
    const stored = await deeds.db.asSystem((tx) => tx.select().from(accounts).where(eq(accounts.address, address)));
    expect(stored).toEqual([]);
  });

  test('a rule that is broken costs no connection', async () => {
    expect((await refusal(connect({ zone: 'Paris', dailyCap: -1 }))).places).toEqual(['timezone', 'daily_cap']);
    expect(mail.servers.asked).toEqual([]);
  });

  test('outside the embedded runtime an invented address is refused', async () => {
    const asked = connectAccount({ ...mail.deps, allowPrivateHosts: false }, house.caller, anEmailAccount());
    expect((await refusal(asked)).places).toEqual(['address']);
  });

  test('the same address twice in a workspace is refused before anybody is asked; elsewhere, or once removed, it is not', async () => {
    const first = await connect({ address: 'twice@acme.example' });
    mail.reset();
    expect(await refused(connect({ address: 'Twice@acme.example' }))).toBe('wrong_state');
    expect(mail.servers.asked).toEqual([]);
    const other = await aHouse(deeds.db);
    await connectAccount(mail.deps, other.caller, anEmailAccount({ address: 'twice@acme.example' }));
    await removeAccount(mail.deps, house.caller, first);
    expect(await connect({ address: 'twice@acme.example' })).not.toBe(first);
  });

  test('somebody who connects it while the servers are asked is quicker', async () => {
    const address = 'at-once@acme.example';
    mail.servers.meanwhile = async () => {
      mail.reset();
      await connect({ address });
    };
    expect(await refused(connect({ address }))).toBe('wrong_state');
    const stored = await deeds.db.asSystem((tx) => tx.select().from(accounts).where(eq(accounts.address, address)));
    expect(stored).toHaveLength(1);
  });

  test("another workspace's member cannot own it", async () => {
    const other = await aHouse(deeds.db);
    expect(await refused(connect({ memberId: other.memberId }))).toBe('not_found');
  });
});

describe('connecting LinkedIn', () => {
  const join = (also: Partial<NewLinkedInAccount> = {}) =>
    connectLinkedInAccount(mail.deps, house.caller, aLinkedInAccount(also));

  test('stores a CONNECTED account with its limits and without an inbox, once its provider says that it is there', async () => {
    const asked = vi.spyOn(deeds.world.linkedIn, 'accountStatus');
    const id = await join({ profile: 'https://www.linkedin.com/in/Kim-First/', externalId: 'kim-1', dailyCap: 30 });
    expect(asked.mock.calls).toEqual([[{ externalId: 'kim-1' }]]);
    expect(await accountOf(deeds, id)).toMatchObject({
      channel: 'linkedin',
      address: 'kim-first',
      status: 'CONNECTED',
      memberId: house.memberId,
      settings: { channel: 'linkedin', externalId: 'kim-1' },
      credentials: null,
      dailyCap: 30,
      gapSeconds: 180,
      invitationsPerDay: 20,
      invitationsPerWeek: 100,
      withdrawAfterDays: 20,
    });
    expect(await deeds.db.asSystem((tx) => tx.select().from(mailboxes).where(eq(mailboxes.accountId, id)))).toEqual([]);
    expect(await eventsAbout(id)).toEqual([
      { kind: 'account_connected', actor: house.caller.actor, data: { channel: 'linkedin' } },
    ]);
  });

  test.each([
    ['does not know it', () => says('unknownAccount'), 'is not known'],
    ['has lost it', () => says('disconnected'), 'sign it in again'],
    ['does not answer', () => fails(new LinkedInUnavailable('timeout')), 'did not answer (timeout)'],
    ['refuses our key', () => fails(new LinkedInUnavailable('key refused')), 'LINKEDIN_API_KEY'],
    [
      'wants to be asked less',
      () => fails(new LinkedInUnavailable('account in trouble', { kind: 'rateLimited', retryAfterMs: null })),
      'try again later',
    ],
  ])('is refused in plain words where the provider %s, and nothing is stored', async (_, fail, words) => {
    fail();
    const given = aLinkedInAccount();
    const { code, places, text } = await refusal(connectLinkedInAccount(mail.deps, house.caller, given));
    expect([code, places]).toEqual(['invalid', ['external_id']]);
    expect(text).toContain(words);
    const stored = await deeds.db.asSystem((tx) =>
      tx.select().from(accounts).where(eq(accounts.address, given.profile)),
    );
    expect(stored).toEqual([]);
  });
  const says = (status: 'unknownAccount' | 'disconnected') =>
    void vi.spyOn(deeds.world.linkedIn, 'accountStatus').mockResolvedValueOnce(status);
  const fails = (error: Error) => void vi.spyOn(deeds.world.linkedIn, 'accountStatus').mockRejectedValueOnce(error);

  test('a rule that is broken costs no call, and all are told at once', async () => {
    const asked = vi.spyOn(deeds.world.linkedIn, 'accountStatus');
    const given = {
      profile: 'https://www.linkedin.com/company/acme',
      externalId: 'two words',
      zone: 'Paris',
      dailyCap: -1,
      gapSeconds: 90_000,
      invitationsPerDay: 1_001,
      invitationsPerWeek: 0.5,
      withdrawAfterDays: 0,
    };
    expect((await refusal(join(given))).places).toEqual([
      'profile',
      'external_id',
      'timezone',
      'daily_cap',
      'gap_seconds',
      'invitations_per_day',
      'invitations_per_week',
      'withdraw_after_days',
    ]);
    expect(asked).not.toHaveBeenCalled();
  });

  test('the same profile twice in a workspace is refused, and an account at the provider twice anywhere', async () => {
    const id = await join({ profile: 'kim-twice', externalId: 'kim-twice-1' });
    expect(await refused(join({ profile: 'Kim-Twice' }))).toBe('wrong_state');
    const other = await aHouse(deeds.db);
    const again = aLinkedInAccount({ profile: 'kim-twice', externalId: 'kim-twice-1' });
    expect((await refusal(connectLinkedInAccount(mail.deps, other.caller, again))).places).toEqual(['external_id']);
    await removeAccount(mail.deps, house.caller, id);
    await connectLinkedInAccount(mail.deps, other.caller, again);
  });
});

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
      await tx.insert(contacts).values(people);
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

describe('removing', () => {
  test('stops whoever reads its inbox', async () => {
    const id = await connect();
    const reader = await aReaderOf(id);
    await removeAccount(mail.deps, house.caller, id);
    expect(await goesOn(reader)).toEqual([false, false]);
  });

  test('erases the passwords, frees the slots, and ends the open sequences that still need it', async () => {
    const own = await aHouse(deeds.db);
    await changeAccount(deeds, own.emailAccount, { credentials: testVault.seal('{}') });
    const needs = await anEnrolled(deeds, { steps: steps('email', 'manual_task'), house: own });
    const passed = await anEnrolled(deeds, { steps: steps('email', 'manual_task'), house: own });
    const never = await anEnrolled(deeds, { steps: steps('manual_task'), house: own });
    expect((await performDue(passed.id)).result.kind).toBe('done');
    await deeds.db.asSystem((tx) =>
      tx.insert(slots).values(
        [needs, passed].map(({ id: sequenceId }, n) => ({
          sequenceId,
          workspaceId: own.workspaceId,
          accountId: own.emailAccount,
          at: TUESDAY_1000 + n,
          firstEmail: true,
        })),
      ),
    );
    expect(await removeAccount(mail.deps, own.caller, own.emailAccount)).toEqual({ ended: 1 });

    expect(await accountOf(deeds, own.emailAccount)).toMatchObject({ status: 'REMOVED', credentials: null });
    expect(await sequenceRow(deeds.db, needs.id)).toMatchObject({ status: 'FAILED', endReason: 'account_unavailable' });
    for (const { id } of [passed, never]) expect((await sequenceRow(deeds.db, id)).endedAt).toBeNull();
    const left = await deeds.db.asSystem((tx) => tx.select().from(slots).where(eq(slots.accountId, own.emailAccount)));
    expect(left).toEqual([]);
    expect((await kindsAbout(own.emailAccount)).at(-1)).toBe('account_removed');
    const inCampaigns = await deeds.db.asSystem((tx) =>
      tx.select().from(campaignAccounts).where(eq(campaignAccounts.accountId, own.emailAccount)),
    );
    expect(inCampaigns).toHaveLength(3);
  });

  test('a message whose fate a person is asked for ends nothing', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('email') });
    deeds.world.react(sequence.email, { outcome: { kind: 'unknown', detail: 'cut' } });
    await performDue(sequence.id);
    expect(first(await deeds.stepsOf(sequence.id)).status).toBe('UNCONFIRMED');
    expect(await removeAccount(mail.deps, sequence.caller, sequence.emailAccount)).toEqual({ ended: 0 });
  });

  test('the second time finishes what the first could not, and is told once', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('email') });
    await changeAccount(deeds, sequence.emailAccount, { status: 'REMOVED' }); // it died before its pages
    expect(await removeAccount(mail.deps, sequence.caller, sequence.emailAccount)).toEqual({ ended: 1 });
    expect(await removeAccount(mail.deps, sequence.caller, sequence.emailAccount)).toEqual({ ended: 0 });
    expect(await kindsAbout(sequence.emailAccount)).toEqual([]);
  });

  test('a LinkedIn account takes the sequences with LinkedIn steps, and not those with email only', async () => {
    const own = await aHouse(deeds.db);
    const social = await anEnrolled(deeds, { steps: steps('email', 'linkedin_invitation'), house: own });
    const plain = await anEnrolled(deeds, { steps: steps('email', 'email'), house: own });
    expect(await removeAccount(mail.deps, own.caller, own.linkedInAccount)).toEqual({ ended: 1 });
    expect((await sequenceRow(deeds.db, social.id)).endReason).toBe('account_unavailable');
    expect((await sequenceRow(deeds.db, plain.id)).endedAt).toBeNull();
  });
});

describe('the guard', () => {
  /** Messages of one account, as they may stand in the ledger. */
  async function sent(
    { id, workspaceId, emailAccount }: Enrolled,
    count: number,
    { state = 'SENT', bounce = null, at }: { state?: DeliveryState; bounce?: BounceKind | null; at: number },
  ): Promise<void> {
    const rows = Array.from({ length: count }, () => newId<StepId>());
    await deeds.db.asSystem(async (tx) => {
      const [last] = await tx
        .select({ position: sql<number>`max(${sequenceSteps.position})` })
        .from(sequenceSteps)
        .where(eq(sequenceSteps.sequenceId, id));
      const ofSequence = { workspaceId, sequenceId: id };
      await tx.insert(sequenceSteps).values(
        rows.map((stepId, index) => ({
          ...ofSequence,
          stepId,
          position: (last?.position ?? 0) + 1 + index,
          kind: 'email' as const,
          name: 'Step',
          status: 'CANCELED' as const,
        })),
      );
      await tx.insert(deliveries).values(
        rows.map((stepId) => ({
          ...ofSequence,
          id: newId<DeliveryId>(),
          stepId,
          accountId: emailAccount,
          state,
          recipient: 'ada@lead.example',
          claimedAt: at,
          dataStartedAt: at,
          bounce,
          bouncedAt: bounce && at,
        })),
      );
    });
  }
  const guard = ({ workspaceId, emailAccount }: House, now: number) =>
    deeds.db.inWorkspace(workspaceId, async (tx) => {
      await lockAccount(tx, emailAccount);
      return guardAccount(tx, await loadAccount(tx, emailAccount), now);
    });
  const aSender = () => anEnrolled(deeds, { steps: steps('email') });
  const ok = { kind: 'ok' };

  test('pauses an account of whose messages more than 5 % bounced, with the figures, and only a person resumes it', async () => {
    const sender = await aSender();
    const now = await clockOf(deeds);
    await sent(sender, 56, { at: now });
    await sent(sender, 3, { at: now, bounce: 'hard', state: 'REJECTED' });
    await sent(sender, 1, { at: now, bounce: 'soft' });
    expect(await guard(sender, now)).toEqual(ok); // exactly 5 %
    await sent(sender, 1, { at: now, bounce: 'hard' });
    expect(await guard(sender, now)).toEqual({ kind: 'stop', why: 'bounce_rate' });
    expect(await accountOf(deeds, sender.emailAccount)).toMatchObject({ status: 'PAUSED', pausedWhy: 'bounce_rate' });
    expect(await eventsAbout(sender.emailAccount)).toEqual([
      {
        kind: 'account_guarded',
        actor: 'service',
        data: { reason: 'bounce_rate', sent: 61, hardBounces: 4, complaints: 0 },
      },
    ]);
    expect(as('deferred', (await performDue(sender.id)).result).why).toBe('held');
    await guard(sender, now);
    await pauseAccount(mail.deps, sender.caller, sender.emailAccount); // no other reason, and nothing more to say
    expect(await accountOf(deeds, sender.emailAccount)).toMatchObject({ pausedWhy: 'bounce_rate' });
    expect(await kindsAbout(sender.emailAccount)).toEqual(['account_guarded']);
  });

  test('after a resume counts anew: the same old bounces do not stop it again, new ones do', async () => {
    const sender = await aSender();
    const before = await clockOf(deeds);
    await sent(sender, 56, { at: before - 1_000 });
    await sent(sender, 4, { at: before - 1_000, bounce: 'hard' });
    expect((await guard(sender, before)).kind).toBe('stop');
    await resumeAccount(mail.deps, sender.caller, sender.emailAccount);
    const now = (await clockOf(deeds)) + 1_000;
    await sent(sender, 47, { at: now });
    expect(await guard(sender, now)).toEqual(ok);
    await sent(sender, 3, { at: now, bounce: 'hard' });
    expect((await guard(sender, now)).kind).toBe('stop');
    const last = (await eventsAbout(sender.emailAccount)).at(-1);
    expect(last).toMatchObject({ kind: 'account_guarded', data: { sent: 50, hardBounces: 3 } });
  });

  test('looks at the last 7 days only, and at what was really sent', async () => {
    const sender = await aSender();
    const now = await clockOf(deeds);
    await sent(sender, 50, { at: now - 7 * DAY_MS - 1, bounce: 'hard' });
    await sent(sender, 49, { at: now, bounce: 'hard' });
    await sent(sender, 10, { at: now, state: 'UNCONFIRMED' });
    await sent(sender, 10, { at: now, state: 'RELEASED' });
    expect(await guard(sender, now)).toEqual(ok);
    await sent(sender, 1, { at: now - 7 * DAY_MS });
    expect((await guard(sender, now)).kind).toBe('stop');
  });

  test('warns of complaints before it stops', async () => {
    const sender = await aSender();
    const now = await clockOf(deeds);
    await sent(sender, 999, { at: now });
    await sent(sender, 1, { at: now, bounce: 'complaint' });
    expect(await guard(sender, now)).toEqual({ kind: 'warn', why: 'complaint_rate' });
    expect((await accountOf(deeds, sender.emailAccount)).status).toBe('CONNECTED');
    await sent(sender, 3, { at: now, bounce: 'complaint' });
    expect(await guard(sender, now)).toEqual({ kind: 'stop', why: 'complaint_rate' });
    expect(await accountOf(deeds, sender.emailAccount)).toMatchObject({ pausedWhy: 'complaint_rate' });
  });

  test.each(['DISCONNECTED', 'REMOVED'] as const)('leaves a %s account as it is', async (status) => {
    const sender = await aSender();
    const now = await clockOf(deeds);
    await sent(sender, 50, { at: now, bounce: 'hard' });
    await changeAccount(deeds, sender.emailAccount, { status, disconnectedAt: now });
    expect((await guard(sender, now)).kind).toBe('stop');
    expect((await accountOf(deeds, sender.emailAccount)).status).toBe(status);
  });

  test("another account's bounces are its own", async () => {
    const sender = await aSender();
    const other = await connectAccount(mail.deps, sender.caller, anEmailAccount());
    const now = await clockOf(deeds);
    await sent(sender, 50, { at: now });
    await sent({ ...sender, emailAccount: other }, 50, { at: now, bounce: 'hard' });
    expect(await guard(sender, now)).toEqual(ok);
    expect((await guard({ ...sender, emailAccount: other }, now)).kind).toBe('stop');
  });
});

describe('the rotation of keys', () => {
  const old = { id: 'old', key: Buffer.alloc(32, 1) };
  const current = { id: 'new', key: Buffer.alloc(32, 2) };

  test('seals everything with the newest key, in pages, names the keys it lacks, and finds done what is done', async () => {
    const own = await startDeeds();
    const owner = await aHouse(own.db);
    const [oldVault, both] = [createKeyVault([old]), createKeyVault([current, old])];
    const lost = createKeyVault([{ id: 'lost', key: Buffer.alloc(32, 3) }]);
    const sealed = [
      ...Array.from({ length: 450 }, (_, n) => oldVault.seal(`password ${n}`)),
      both.seal('password 450'),
      lost.seal('password 451'),
      lost.seal('password 452'),
    ];
    const template = await accountOf(own, owner.emailAccount);
    await own.db.asSystem((tx) =>
      tx.insert(accounts).values(
        sealed.map((credentials, n) => ({
          ...template,
          id: newId<AccountId>(),
          address: `rotated${n}@acme.example`,
          credentials,
        })),
      ),
    );
    const lostKey = 'credentials are sealed with key "lost", which is not configured';
    const failed = new Map([[lostKey, 2]]);
    expect(await rotateCredentials({ db: own.db, vault: both })).toEqual({ resealed: 450, current: 1, failed });
    expect(await rotateCredentials({ db: own.db, vault: both })).toEqual({ resealed: 0, current: 451, failed });

    const onlyNew = createKeyVault([current]);
    const rows = await own.db.asSystem((tx) =>
      tx
        .select({ address: accounts.address, credentials: accounts.credentials })
        .from(accounts)
        .where(and(eq(accounts.channel, 'email'), sql`${accounts.credentials} ->> 'keyId' = 'new'`)),
    );
    expect(rows).toHaveLength(451);
    for (const { address, credentials } of rows)
      if (credentials)
        expect(`rotated${onlyNew.open(credentials).replace('password ', '')}@acme.example`).toBe(address);
    await own.stop();
  });

  test('as a command prints how many, and fails by name when a key is missing', async () => {
    const database = await freshDatabase();
    const db = testDb(database.url, 2);
    const owner = await aHouse(db);
    const setSealed = (vault: Vault) =>
      db.asSystem((tx) =>
        tx
          .update(accounts)
          .set({ credentials: vault.seal('x') })
          .where(eq(accounts.id, owner.emailAccount)),
      );
    const SECRET_KEY = 'ab'.repeat(32);
    const rotate = async (CREDENTIALS_KEYS: string) => {
      const lines: string[] = [];
      const config = readConfig({ DATABASE_URL: database.url, SECRET_KEY, CREDENTIALS_KEYS });
      await rotateKeys(config, (line) => lines.push(line)).catch((error: Error) => lines.push(error.message));
      return lines;
    };
    const told = (count: number, already: number) =>
      `${count} credentials were sealed with the newest key; ${already} were already.`;
    await setSealed(openVault(undefined, SECRET_KEY)); // before there were keys of their own
    expect(await rotate(`new:${'02'.repeat(32)}`)).toEqual([told(1, 0)]);
    expect(await rotate(`new:${'02'.repeat(32)}`)).toEqual([told(0, 1)]);
    expect(await rotate(`newer:${'03'.repeat(32)}`)).toEqual([
      told(0, 0),
      '1 could not be sealed anew: credentials are sealed with key "new", which is not configured',
    ]);
    await expect(rotateKeys(readConfig({}), () => undefined)).rejects.toThrow('DATABASE_URL and SECRET_KEY');
    await db.close();
    await database.drop();
  });
});
