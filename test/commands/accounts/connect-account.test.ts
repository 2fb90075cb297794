import { eq } from 'drizzle-orm';
import { describe, expect, test, vi } from 'vitest';
import { LinkedInUnavailable } from '../../../src/adapters/linkedin.ts';
import { MailboxAway } from '../../../src/adapters/mailbox.ts';
import { connectAccount } from '../../../src/commands/accounts/connect-account.ts';
import {
  connectLinkedInAccount,
  type NewLinkedInAccount,
} from '../../../src/commands/accounts/connect-linkedin-account.ts';
import { openCredentials } from '../../../src/commands/accounts/credentials.ts';
import { removeAccount } from '../../../src/commands/accounts/remove-account.ts';
import { accounts, events, mailboxes } from '../../../src/db/schema.ts';
import { accountsForFile, refusal, refused } from '../../support/accounts.ts';
import { testVault } from '../../support/engine.ts';
import { accountOf } from '../../support/enrolled.ts';
import { anEmailAccount, PASSWORD } from '../../support/mail-servers.ts';
import { aHouse } from '../../support/scenario.ts';

const { deeds, mail, house, connect, eventsAbout } = accountsForFile();

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
