import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { removeAccount } from '../../../src/commands/accounts/remove-account.ts';
import { campaignAccounts, slots } from '../../../src/db/schema.ts';
import { accountsForFile } from '../../support/accounts.ts';
import { TUESDAY_1000 } from '../../support/deeds.ts';
import { testVault } from '../../support/engine.ts';
import { accountOf, anEnrolled, changeAccount, first } from '../../support/enrolled.ts';
import { aHouse, sequenceRow, steps } from '../../support/scenario.ts';

const { deeds, mail, house, connect, kindsAbout, performDue, aReaderOf, goesOn } = accountsForFile();

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
