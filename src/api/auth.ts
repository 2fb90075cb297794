import type { FastifyRequest } from 'fastify';
import type { Caller } from '../commands/deps.ts';
import { findToken, hashToken, noteUse } from '../db/tokens.ts';
import type { MemberId, TokenId } from '../domain/ids.ts';
import type { Scope } from '../domain/scope.ts';
import { looksLikeToken } from '../domain/token.ts';
import type { App } from './app.ts';
import type { ApiDeps } from './deps.ts';
import { HttpProblem } from './problems.ts';

/** Who a token turned out to belong to. */
export interface Identity extends Caller {
  tokenId: TokenId;
  /** null: a service's token. */
  memberId: MemberId | null;
  scopes: readonly Scope[];
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope a caller's token needs. Every route has one, or says `public: true`. */
    scope?: Scope;
    public?: true;
  }
  interface FastifyRequest {
    /** Who asks, and in which workspace; throws on a public route, which has no caller. */
    readonly caller: Caller;
    identity: Identity | null;
  }
}

/** The page's own endpoints: only a member's token opens them. Design 8. */
const PRIVATE = '/app/api/';

const REALM = 'Bearer realm="topo"';

export interface Limits {
  /** Bad tokens per minute and address. */
  badTokens: number;
  /** Requests per minute and token. */
  requests: number;
}

/**
 * Every route but the public ones asks for a token with the route's scope: 401 without, 403 (naming the scope) when it
 * is not the token's. The workspace comes from the token and from nowhere else. Deny by default: a route that declares
 * neither a scope nor `public` cannot be registered.
 */
export function requireTokens(app: App, { db }: Pick<ApiDeps, 'db'>, limits: Limits): void {
  app.decorateRequest('identity', null);
  app.decorateRequest('caller', { getter: callerOf });

  app.addHook('onRoute', ({ method, url, config }) => {
    if ((config?.scope === undefined) === (config?.public === undefined))
      throw new Error(`${String(method)} ${url} must declare either a scope or public: true`);
  });

  const isSpent = {
    badTokens: limiter(app, limits.badTokens, ({ ip }) => ip),
    requests: limiter(app, limits.requests, tokenKey),
  };

  const identify = async (request: FastifyRequest): Promise<Identity> => {
    const token = bearerOf(request);
    if (looksLikeToken(token)) {
      const found = await db.asSystem(async (tx) => {
        const row = await findToken(tx, hashToken(token));
        if (row) await noteUse(tx, row);
        return row;
      });
      if (found) {
        const { id: tokenId, workspaceId, memberId, scopes } = found;
        return { workspaceId, actor: memberId ? `member:${memberId}` : `token:${tokenId}`, tokenId, memberId, scopes };
      }
    }
    await isSpent.badTokens(request, 'too many bad tokens from this address');
    throw new HttpProblem('unauthenticated', 'the token is unknown, revoked or expired', {
      headers: { 'www-authenticate': `${REALM}, error="invalid_token"` },
    });
  };

  app.addHook('onRequest', async (request) => {
    const { config, url = '' } = request.routeOptions;
    if (config.scope === undefined) return;
    const identity = await identify(request);
    request.identity = identity;
    await isSpent.requests(request, 'this token has made too many requests');
    if (!identity.scopes.includes(config.scope))
      throw new HttpProblem('scope_missing', `this needs the scope ${config.scope}`, {
        headers: { 'www-authenticate': `${REALM}, error="insufficient_scope", scope="${config.scope}"` },
      });
    if (url.startsWith(PRIVATE) && identity.memberId === null)
      throw new HttpProblem('forbidden', "this needs a member's token; this one belongs to a service");
  });
}

function callerOf(this: FastifyRequest): Caller {
  if (!this.identity) throw new Error(`${this.routeOptions.url ?? this.method} is public: nobody is known to call it`);
  const { workspaceId, actor } = this.identity;
  return { workspaceId, actor };
}

const tokenKey = ({ identity }: FastifyRequest): string => identity?.tokenId ?? '';

/** RFC 6750 section 2.1; a token in the query or the body is not looked at. */
function bearerOf({ headers }: FastifyRequest): string {
  const [, token] = /^Bearer +([^ ]+) *$/i.exec(headers.authorization ?? '') ?? [];
  if (token !== undefined) return token;
  throw new HttpProblem('unauthenticated', 'send a token: Authorization: Bearer topo_…', {
    headers: { 'www-authenticate': REALM },
  });
}

/** Counts requests per key and minute, in this process; past `most` they are refused until the minute is over. */
function limiter(app: App, most: number, keyGenerator: (request: FastifyRequest) => string) {
  const count = app.createRateLimit({ max: most, timeWindow: 60_000, keyGenerator });
  return async (request: FastifyRequest, detail: string): Promise<void> => {
    const used = await count(request);
    if (used.isAllowed || !used.isExceeded) return;
    throw new HttpProblem('too_many_requests', `${detail}: at most ${most} per minute`, {
      headers: { 'retry-after': String(Math.max(1, used.ttlInSeconds)) },
    });
  };
}
