import { appNow } from '../../db/clock.ts';
import { record } from '../../db/events.ts';
import { createSession, hashSecret, looksLikeSecret, redeemSignInCode, tokenToSignIn } from '../../db/sessions.ts';
import { hashToken } from '../../db/tokens.ts';
import { looksLikeToken } from '../../domain/token.ts';
import type { CommandDeps } from '../deps.ts';

/** What is shown to prove who one is: a member's token, or the single-use code of a link. */
export type Credential = { kind: 'token'; token: string } | { kind: 'code'; code: string };

export type SignIn =
  | { kind: 'signedIn'; secret: string; expiresAt: number }
  | { kind: 'unknown' }
  | { kind: 'service' };

/** Exchanges a credential for a session of the page. System role: whose workspace it is, the credential tells. */
export function signIn({ db }: Pick<CommandDeps, 'db'>, credential: Credential): Promise<SignIn> {
  return db.asSystem(async (tx): Promise<SignIn> => {
    const token = await (credential.kind === 'code'
      ? looksLikeSecret(credential.code) && redeemSignInCode(tx, hashSecret(credential.code))
      : looksLikeToken(credential.token) && tokenToSignIn(tx, hashToken(credential.token)));
    if (!token) return { kind: 'unknown' };
    const { id: tokenId, workspaceId, memberId } = token;
    if (memberId === null) return { kind: 'service' };
    const session = await createSession(tx, { workspaceId, tokenId });
    await record(tx, {
      workspaceId,
      kind: 'signed_in',
      at: await appNow(tx),
      actor: `member:${memberId}`,
      data: { by: credential.kind },
    });
    return { kind: 'signedIn', ...session };
  });
}
