import { createHash, randomBytes } from 'node:crypto';
import { and, eq, getTableColumns, gt, isNull, lt, or, sql } from 'drizzle-orm';
import type { MemberId, TokenId, WorkspaceId } from '../domain/ids.ts';
import type { Scope } from '../domain/scope.ts';
import type { Tx } from './pool.ts';
import { members, sessions, signInCodes, tokens } from './schema.ts';
import type { TokenRow } from './tokens.ts';

/*
 * Who is signed in to the page. A session rests on a member's token: when that is revoked or expires, or the member is
 * removed, it is dead. As tokens, sessions live by the real clock and are stored hashed.
 */

const SESSION_MS = 30 * 86_400_000;
const CODE_MS = 10 * 60_000;

/** A session's owner, as of the token it rests on. */
export interface SessionRow {
  workspaceId: WorkspaceId;
  tokenId: TokenId;
  memberId: MemberId;
  scopes: readonly Scope[];
  /** Epoch ms. */
  expiresAt: number;
}

const secret = () => randomBytes(32).toString('base64url');
const FORM = /^[\w-]{43}$/;

/** What cannot be a session's or a code's secret costs no query. */
export const looksLikeSecret = (text: string): boolean => FORM.test(text);

export const hashSecret = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Opens a session; its secret exists only in this answer. Takes away what has expired, so that the table does not grow. */
export async function createSession(
  tx: Tx,
  { workspaceId, tokenId }: { workspaceId: WorkspaceId; tokenId: TokenId },
): Promise<{ secret: string; expiresAt: number }> {
  const text = secret();
  const now = Date.now();
  await tx.delete(sessions).where(and(eq(sessions.tokenId, tokenId), lt(sessions.expiresAt, now)));
  const expiresAt = now + SESSION_MS;
  await tx.insert(sessions).values({ hash: hashSecret(text), workspaceId, tokenId, createdAt: now, expiresAt });
  return { secret: text, expiresAt };
}

const onceMembers = and(
  isNull(tokens.revokedAt),
  or(isNull(tokens.expiresAt), gt(tokens.expiresAt, sql`clock_timestamp()`)),
  isNull(members.removedAt),
);

/** The session with this hash, if it, its token and its member are alive. System role: the workspace is what it tells. */
export async function findSession(tx: Tx, hash: string): Promise<SessionRow | null> {
  const [row] = await tx
    .select({
      workspaceId: sessions.workspaceId,
      tokenId: sessions.tokenId,
      memberId: members.id,
      scopes: tokens.scopes,
      expiresAt: sessions.expiresAt,
    })
    .from(sessions)
    .innerJoin(tokens, eq(tokens.id, sessions.tokenId))
    .innerJoin(members, eq(members.id, tokens.memberId))
    .where(and(eq(sessions.hash, hash), gt(sessions.expiresAt, sql`clock_timestamp()`), onceMembers));
  return row ?? null;
}

/** Signs out: the cookie opens nothing more, here at once and at other doors within two seconds (`api/auth.ts`). */
export async function deleteSession(tx: Tx, hash: string): Promise<void> {
  await tx.delete(sessions).where(eq(sessions.hash, hash));
}

/** A code that signs in once, as the token does. The text exists only in this answer. */
export async function createSignInCode(
  tx: Tx,
  { workspaceId, tokenId }: { workspaceId: WorkspaceId; tokenId: TokenId },
): Promise<string> {
  const text = secret();
  const now = Date.now();
  await tx.delete(signInCodes).where(lt(signInCodes.expiresAt, now));
  await tx.insert(signInCodes).values({ hash: hashSecret(text), workspaceId, tokenId, expiresAt: now + CODE_MS });
  return text;
}

/** Uses a code up: of two that come together, one gets the token's row. null: unknown, used or too old. */
export async function redeemSignInCode(tx: Tx, hash: string): Promise<TokenRow | null> {
  const [code] = await tx
    .update(signInCodes)
    .set({ usedAt: Date.now() })
    .where(
      and(eq(signInCodes.hash, hash), isNull(signInCodes.usedAt), gt(signInCodes.expiresAt, sql`clock_timestamp()`)),
    )
    .returning({ tokenId: signInCodes.tokenId });
  return code ? memberToken(tx, eq(tokens.id, code.tokenId)) : null;
}

/** A token by its hash, if it is alive and its member was not removed; a service's too, which has none. */
export const tokenToSignIn = (tx: Tx, hash: string): Promise<TokenRow | null> => memberToken(tx, eq(tokens.hash, hash));

async function memberToken(tx: Tx, which: ReturnType<typeof eq>): Promise<TokenRow | null> {
  const [row] = await tx
    .select(getTableColumns(tokens))
    .from(tokens)
    .leftJoin(members, eq(members.id, tokens.memberId))
    .where(and(which, onceMembers));
  return row ?? null;
}
