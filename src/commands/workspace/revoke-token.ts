import { appNow } from '../../db/clock.ts';
import { record } from '../../db/events.ts';
import { findTokenById, revokeToken as writeRevocation } from '../../db/tokens.ts';
import type { TokenId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/** Closes the door to a token, and to who is signed in with it, within two seconds everywhere. Revoking twice is one revocation. */
export const revokeToken = (
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId, actor }: Caller,
  id: TokenId,
): Promise<void> =>
  db.inWorkspace(workspaceId, async (tx) => {
    const token = await findTokenById(tx, id);
    if (!token) throw new Refusal('not_found', { noun: 'token', id });
    if (!(await writeRevocation(tx, id))) return;
    const data = { token: id, member: token.memberId };
    await record(tx, { workspaceId, kind: 'token_revoked', at: await appNow(tx), actor, data });
  });
