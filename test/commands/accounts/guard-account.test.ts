import { eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { connectAccount } from '../../../src/commands/accounts/connect-account.ts';
import { guardAccount } from '../../../src/commands/accounts/guard-account.ts';
import { pauseAccount } from '../../../src/commands/accounts/pause-account.ts';
import { resumeAccount } from '../../../src/commands/accounts/resume-account.ts';
import { loadAccount } from '../../../src/db/accounts.ts';
import { lockAccount } from '../../../src/db/locks.ts';
import { newId } from '../../../src/db/new-id.ts';
import { deliveries, sequenceSteps } from '../../../src/db/schema.ts';
import type { BounceKind } from '../../../src/domain/accounts/account.ts';
import type { DeliveryState } from '../../../src/domain/delivery.ts';
import { DAY_MS } from '../../../src/domain/durations.ts';
import type { DeliveryId, StepId } from '../../../src/domain/ids.ts';
import { accountsForFile } from '../../support/accounts.ts';
import { accountOf, anEnrolled, as, changeAccount, clockOf, type Enrolled } from '../../support/enrolled.ts';
import { anEmailAccount } from '../../support/mail-servers.ts';
import { type House, steps } from '../../support/scenario.ts';

const { deeds, mail, eventsAbout, kindsAbout, performDue } = accountsForFile();

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
