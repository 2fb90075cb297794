import { appNow } from '../../db/clock.ts';
import { record } from '../../db/events.ts';
import { unknownMembers } from '../../db/member-reads.ts';
import { createToken as writeToken } from '../../db/tokens.ts';
import { DAY_MS } from '../../domain/durations.ts';
import type { MemberId, TokenId } from '../../domain/ids.ts';
import { checkLine } from '../../domain/line.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Caller, CommandDeps } from '../deps.ts';

export interface TokenAsked {
  name: string;
  /** null: a service's, which signs in nowhere. */
  memberId: MemberId | null;
  scopes: readonly Scope[];
  /** Real clock; null: never. */
  expiresInDays: number | null;
}

/**
 * A new token; its text exists in this answer alone. Nobody hands on what they do not have: its scopes are among those
 * of whoever asks.
 */
export async function createToken(
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId, actor }: Caller,
  { name, memberId, scopes, expiresInDays }: TokenAsked,
  own: readonly Scope[],
): Promise<{ id: TokenId; token: string }> {
  const problems = [
    ...checkLine('name', name, 100),
    ...(scopes.length === 0 ? [{ path: ['scopes'], what: 'must name at least one' }] : []),
  ];
  if (problems.length > 0) throw new Refusal('invalid', 'the token cannot be made like this', problems);
  const lacking = scopes.filter((scope) => !own.includes(scope));
  if (lacking.length > 0) throw new Refusal('forbidden', `your own token lacks ${lacking.join(', ')}`);
  return db.inWorkspace(workspaceId, async (tx) => {
    if (memberId !== null && (await unknownMembers(tx, [memberId])).length > 0)
      throw new Refusal('invalid', 'the token belongs to nobody', [
        { path: ['member_id'], what: 'is no member of this workspace' },
      ]);
    const expiresAt = expiresInDays === null ? null : Date.now() + expiresInDays * DAY_MS;
    const { token, row } = await writeToken(tx, {
      workspaceId,
      memberId,
      name: name.trim(),
      scopes: [...new Set(scopes)],
      expiresAt,
    });
    const data = { token: row.id, member: memberId, scopes: row.scopes.join(' ') };
    await record(tx, { workspaceId, kind: 'token_created', at: await appNow(tx), actor, data });
    return { id: row.id, token };
  });
}
