import { z } from 'zod';
import { createToken } from '../../commands/workspace/create-token.ts';
import { revokeToken } from '../../commands/workspace/revoke-token.ts';
import { livingTokens } from '../../db/tokens.ts';
import type { MemberId, TokenId } from '../../domain/ids.ts';
import { scopes } from '../../domain/scope.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { newTokenShape, type TokenShown, tokenList } from '../shapes/members.ts';
import { idOfA, pathId, printInstant, printInstantOrNull, text } from '../shapes/primitives.ts';

const newToken = z.strictObject({
  name: text(1_000),
  /** null: a service's, which does not sign in. */
  member_id: idOfA<MemberId>().nullable(),
  scopes: z.array(z.enum(scopes)).max(scopes.length),
  expires_in_days: z.int().min(1).max(3_650).nullable().default(null),
});

const write = { scope: 'settings:write' } as const;

/** `/app/api/tokens`: who may come in, and what they may do. */
export function tokenRoutes(app: App, deps: ApiDeps): void {
  app.get(
    '/app/api/tokens',
    { config: { scope: 'settings:read' }, schema: { response: { 200: tokenList } } },
    async ({ caller, identity }) => {
      const found = await deps.db.inWorkspace(caller.workspaceId, livingTokens);
      return { items: found.map((row) => showToken(row, identity?.tokenId ?? null)) };
    },
  );

  app.post(
    '/app/api/tokens',
    { config: write, schema: { body: newToken, response: { 201: newTokenShape } } },
    async ({ caller, identity, body }, reply) => {
      const { name, member_id: memberId, expires_in_days: expiresInDays } = body;
      const asked = { name, memberId, scopes: body.scopes, expiresInDays };
      return reply.code(201).send(await createToken(deps, caller, asked, identity?.scopes ?? []));
    },
  );

  app.delete(
    '/app/api/tokens/:id',
    { config: write, schema: { params: pathId<TokenId>(), response: { 204: z.null() } } },
    async ({ caller, params: { id } }, reply) => {
      await revokeToken(deps, caller, id);
      return reply.code(204).send(null);
    },
  );
}

const showToken = (
  { token, memberName }: Awaited<ReturnType<typeof livingTokens>>[number],
  own: TokenId | null,
): TokenShown => ({
  id: token.id,
  name: token.name,
  shown: token.shown,
  member: token.memberId === null ? null : { id: token.memberId, name: memberName ?? '' },
  scopes: [...token.scopes],
  created_at: printInstant(token.createdAt),
  expires_at: printInstantOrNull(token.expiresAt),
  last_used_at: printInstantOrNull(token.lastUsedAt),
  is_own: token.id === own,
});
