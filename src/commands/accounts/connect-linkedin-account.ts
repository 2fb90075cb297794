import { and, ne, sql } from 'drizzle-orm';
import { accounts } from '../../db/schema.ts';
import { checkNewLinkedIn, type LinkedInHabits } from '../../domain/accounts/account-settings.ts';
import { normaliseProfile } from '../../domain/contact.ts';
import type { AccountId, MemberId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { AccountDeps, Caller, CommandDeps } from '../deps.ts';
import { refuseUnfit, storeAccount } from './new-account.ts';
import { testLinkedIn } from './test-account.ts';

export interface NewLinkedInAccount extends LinkedInHabits {
  /** Of the member who acts: a public id or the profile's address. */
  profile: string;
  /** How the provider names the account; its member signed in there. */
  externalId: string;
  /** Whose it is; null: the workspace's first member's. */
  memberId: MemberId | null;
}

/** A new LinkedIn account, CONNECTED. Every rule is checked and the provider is asked before anything is stored. Design 6. */
export async function connectLinkedInAccount(
  deps: AccountDeps,
  caller: Caller,
  { memberId, profile, externalId, ...habits }: NewLinkedInAccount,
): Promise<AccountId> {
  const problems = checkNewLinkedIn({ profile, externalId, ...habits });
  const normal = normaliseProfile(profile);
  if (problems.length > 0 || !normal.ok) throw new Refusal('invalid', 'the account cannot be connected', problems);
  const named = { channel: 'linkedin', address: normal.profile } as const;
  const settings = { channel: 'linkedin', externalId } as const;

  await refuseUnfit(deps, caller, memberId, named);
  await refuseInUse(deps, externalId);
  await testLinkedIn(deps, settings);
  return storeAccount(deps, caller, memberId, { ...named, ...habits, settings });
}

/** One member's account at the provider is nobody else's here: the provider's key opens them all, whatever the workspace. */
export async function refuseInUse({ db }: Pick<CommandDeps, 'db'>, externalId: string): Promise<void> {
  const [found] = await db.asSystem((tx) =>
    tx
      .select({ id: accounts.id })
      .from(accounts)
      .where(and(sql`${accounts.settings} ->> 'externalId' = ${externalId}`, ne(accounts.status, 'REMOVED'))),
  );
  if (!found) return;
  const what = `${JSON.stringify(externalId)} is connected already: an account at the provider is connected once`;
  throw new Refusal('invalid', 'the account cannot be connected', [{ path: ['external_id'], what }]);
}
