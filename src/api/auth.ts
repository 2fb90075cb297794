import type { FastifyRequest } from 'fastify';
import type { Caller } from '../commands/deps.ts';
import type { Db } from '../db/pool.ts';
import { findSession, hashSecret, looksLikeSecret, type SessionRow } from '../db/sessions.ts';
import { hashToken, type TokenRow, useToken } from '../db/tokens.ts';
import type { TokenId } from '../domain/ids.ts';
import { looksLikeToken } from '../domain/token.ts';
import { type Budget, createBudget } from './budget.ts';
import { refuseOtherOrigins, sessionCookieOf } from './cookie.ts';
import type { ApiDeps } from './deps.ts';
import type { App, Identity, Limits } from './door.ts';
import { HttpProblem } from './problems.ts';

/** The page's own endpoints: only a member's token opens them. Design 8. */
const PRIVATE = '/app/api/';

const REALM = 'Bearer realm="topo"';

/**
 * Every route but the public ones asks for a token with the route's scope: 401 without, 403 (naming the scope) when it
 * is not the token's. The cookie of a session stands for the token it rests on. The workspace comes from the token and
 * from nowhere else. Deny by default: a route that declares none of `scope`, `anyScope`, `public` cannot be registered.
 */
export function requireTokens(app: App, { db, site }: Pick<ApiDeps, 'db' | 'site'>, limits: Limits): void {
  app.decorateRequest('identity', null);
  app.decorateRequest('caller', { getter: callerOf });

  app.addHook('onRoute', ({ method, url, config }) => {
    const declared = [config?.scope, config?.anyScope, config?.public].filter((each) => each !== undefined);
    if (declared.length !== 1)
      throw new Error(`${String(method)} ${url} must declare either a scope or anyScope: true or public: true`);
  });

  const identify = createIdentify(db, site, limits.badTokens);
  app.decorateRequest('prove', function () {
    return identify(this);
  });
  const requests = createBudget(limits.requests);
  app.addHook('onRequest', async (request) => {
    const { config, url = '' } = request.routeOptions;
    if (config.public) return;
    const identity = await identify(request);
    request.identity = identity;
    spend(requests, identity.tokenId, `more than ${limits.requests} requests with this token within a minute`);
    if (config.scope !== undefined && !identity.scopes.includes(config.scope))
      throw new HttpProblem('scope_missing', `this needs the scope ${config.scope}`, {
        headers: { 'www-authenticate': `${REALM}, error="insufficient_scope", scope="${config.scope}"` },
      });
    if (url.startsWith(PRIVATE) && identity.memberId === null)
      throw new HttpProblem('forbidden', "this needs a member's token; this one belongs to a service");
  });
}

/** Whose token or session it is. What cannot be one costs no query; a bad one is told so, until there are too many. */
function createIdentify(
  db: Db,
  site: ApiDeps['site'],
  mostBadTokens: number,
): (request: FastifyRequest) => Promise<Identity> {
  const badTokens = createBudget(mostBadTokens);
  const tokens = createLookUp((hash) => db.asSystem((tx) => useToken(tx, hash)));
  const sessions = createLookUp((hash) => db.asSystem((tx) => findSession(tx, hash)));
  const refuse = (request: FastifyRequest, detail: string) => {
    spend(badTokens, request.ip, `more than ${mostBadTokens} bad tokens from this address within a minute`);
    return new HttpProblem('unauthenticated', detail, {
      headers: { 'www-authenticate': `${REALM}, error="invalid_token"` },
    });
  };
  return async (request) => {
    const secret = request.headers.authorization === undefined ? sessionCookieOf(request, site) : null;
    if (secret === null) {
      const token = bearerOf(request);
      const found = looksLikeToken(token) ? await tokens(hashToken(token)) : null;
      if (!found) throw refuse(request, 'the token is unknown, revoked or expired');
      return identityOf({ ...found, tokenId: found.id });
    }
    const found = looksLikeSecret(secret) ? await sessions(hashSecret(secret)) : null;
    if (!found) throw refuse(request, 'the session is over; sign in again');
    refuseOtherOrigins(request, site);
    return identityOf(found);
  };
}

/** The fields of a token or a session, and who acts. */
function identityOf({
  workspaceId,
  tokenId,
  memberId,
  scopes,
}: (Pick<TokenRow, 'workspaceId' | 'memberId' | 'scopes'> & { tokenId: TokenId }) | SessionRow): Identity {
  return { workspaceId, actor: memberId ? `member:${memberId}` : `token:${tokenId}`, tokenId, memberId, scopes };
}

/** A good token is not looked up again for so long; a revoked one is refused within it everywhere (5 s are permitted). */
const TRUSTED_MS = 2_000;
const MOST_TRUSTED = 1_000;

/** Requests that come together share one look-up, and a busy token costs one every two seconds. */
function createLookUp<Row>(find: (hash: string) => Promise<Row | null>): (hash: string) => Promise<Row | null> {
  const recent = new Map<string, { until: number; found: Promise<Row | null> }>();
  return async (hash) => {
    const now = Date.now();
    const known = recent.get(hash);
    if (known && known.until > now) return known.found;
    if (recent.size >= MOST_TRUSTED) recent.clear();
    const found = find(hash);
    recent.set(hash, { until: now + TRUSTED_MS, found });
    try {
      const row = await found;
      if (!row) recent.delete(hash);
      return row;
    } catch (error) {
      recent.delete(hash);
      throw error;
    }
  };
}

function callerOf(this: FastifyRequest): Caller {
  if (!this.identity) throw new Error(`${this.routeOptions.url ?? this.method} is public: nobody is known to call it`);
  const { workspaceId, actor } = this.identity;
  return { workspaceId, actor };
}

/** RFC 6750 section 2.1; a token in the query or the body is not looked at. */
function bearerOf({ headers }: FastifyRequest): string {
  const [, token] = /^Bearer +([^ ]+) *$/i.exec(headers.authorization ?? '') ?? [];
  if (token !== undefined) return token;
  throw new HttpProblem('unauthenticated', 'send a token: Authorization: Bearer topo_…', {
    headers: { 'www-authenticate': REALM },
  });
}

/** Takes one from the key's budget, or refuses and says when to come back. */
export function spend(budget: Budget, key: string, detail: string): void {
  const seconds = budget(key);
  if (seconds !== null)
    throw new HttpProblem('too_many_requests', detail, { headers: { 'retry-after': String(seconds) } });
}
