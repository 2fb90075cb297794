import { createHash, randomInt } from 'node:crypto';
import { and, desc, eq, gt, isNull, lte, or, sql } from 'drizzle-orm';
import type { MemberId, TokenId, WorkspaceId } from '../domain/ids.ts';
import type { Scope } from '../domain/scope.ts';
import { BASE62, RANDOM_DIGITS, shownOf, tokenOf } from '../domain/token.ts';
import { newId } from './new-id.ts';
import type { Tx } from './pool.ts';
import { members, tokens } from './schema.ts';

/*
 * Tokens live by the real clock, never by the business one: virtual time must not let them expire. Design 3.
 */

export type TokenRow = typeof tokens.$inferSelect;

export interface NewToken {
  workspaceId: WorkspaceId;
  /** null: a service's. Only a member's token signs in and edits templates. */
  memberId: MemberId | null;
  /** What its owner calls it: "Lead import". */
  name: string;
  scopes: readonly Scope[];
  /** Epoch ms; null: never. */
  expiresAt?: number | null;
}

/** Makes a token. The text exists only in this answer; the row keeps its hash. */
export async function createToken(
  tx: Tx,
  { workspaceId, memberId, name, scopes, expiresAt = null }: NewToken,
): Promise<{ token: string; row: TokenRow }> {
  const token = tokenOf(Array.from({ length: RANDOM_DIGITS }, () => BASE62.charAt(randomInt(BASE62.length))).join(''));
  const [row] = await tx
    .insert(tokens)
    .values({
      id: newId<TokenId>(),
      workspaceId,
      memberId,
      name,
      hash: hashToken(token),
      shown: shownOf(token),
      scopes: [...scopes],
      createdAt: Date.now(),
      expiresAt,
    })
    .returning();
  if (!row) throw new Error('the token was not written');
  return { token, row };
}

/** SHA-256, hex: 190 random bits need no salt and no slow hash. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The token with this hash, if it is neither revoked nor expired. System role: the workspace is what it tells. */
export async function findToken(tx: Tx, hash: string): Promise<TokenRow | null> {
  const alive = and(
    isNull(tokens.revokedAt),
    or(isNull(tokens.expiresAt), gt(tokens.expiresAt, sql`clock_timestamp()`)),
  );
  const [row] = await tx
    .select()
    .from(tokens)
    .where(and(eq(tokens.hash, hash), alive));
  return row ?? null;
}

/** One of the workspace's, dead or alive; null when it has none of that id. */
export async function findTokenById(tx: Tx, id: TokenId): Promise<TokenRow | null> {
  const [row] = await tx.select().from(tokens).where(eq(tokens.id, id));
  return row ?? null;
}

/** The tokens that still open something, the newest first, with whose they are. */
export const livingTokens = (tx: Tx) =>
  tx
    .select({ token: tokens, memberName: members.name })
    .from(tokens)
    .leftJoin(members, eq(members.id, tokens.memberId))
    .where(and(isNull(tokens.revokedAt), or(isNull(tokens.expiresAt), gt(tokens.expiresAt, sql`clock_timestamp()`))))
    .orderBy(desc(tokens.createdAt), desc(tokens.id));

const NOTED_EVERY_MS = 60_000;

/** As `findToken`, and remembers the use: at most one write per minute, however often and wherever it is used. */
export async function useToken(tx: Tx, hash: string): Promise<TokenRow | null> {
  const row = await findToken(tx, hash);
  const now = Date.now();
  if (row && (row.lastUsedAt === null || row.lastUsedAt <= now - NOTED_EVERY_MS)) {
    const stale = or(isNull(tokens.lastUsedAt), lte(tokens.lastUsedAt, now - NOTED_EVERY_MS));
    await tx
      .update(tokens)
      .set({ lastUsedAt: now })
      .where(and(eq(tokens.id, row.id), stale));
  }
  return row;
}

/**
 * Closes the door to a token; doors that have just looked it up trust it for two seconds more (`api/auth.ts`). False when
 * there is no such token, or it was revoked before.
 */
export async function revokeToken(tx: Tx, id: TokenId): Promise<boolean> {
  const revoked = await tx
    .update(tokens)
    .set({ revokedAt: Date.now() })
    .where(and(eq(tokens.id, id), isNull(tokens.revokedAt)))
    .returning({ id: tokens.id });
  return revoked.length > 0;
}
