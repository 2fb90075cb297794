import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Site } from './deps.ts';
import { HttpProblem } from './problems.ts';

const isSecure = ({ publicUrl }: Site): boolean => publicUrl?.startsWith('https:') ?? false;

/** `__Host-`: only this very host, and only by HTTPS, could have set it. */
const nameOf = (site: Site): string => (isSecure(site) ? '__Host-topo_session' : 'topo_session');

/** The session's secret that a request carries; null: none. */
export const sessionCookieOf = ({ headers: { cookie }, server }: FastifyRequest, site: Site): string | null =>
  (cookie === undefined ? undefined : server.parseCookie(cookie)[nameOf(site)]) ?? null;

/** Scripts never see the session's cookie, and other sites' pages never send it. */
const attributes = (site: Site) => ({ httpOnly: true, sameSite: 'strict', secure: isSecure(site), path: '/' }) as const;

export const setSessionCookie = (reply: FastifyReply, site: Site, secret: string, expiresAt: number): FastifyReply =>
  reply.setCookie(nameOf(site), secret, { ...attributes(site), expires: new Date(expiresAt) });

export const clearSessionCookie = (reply: FastifyReply, site: Site): FastifyReply =>
  reply.clearCookie(nameOf(site), attributes(site));

const SAFE = ['GET', 'HEAD'];

/**
 * A browser sends the cookie by itself, so whatever changes something must come from our own page: its Origin is where
 * the request went, or where browsers are told to find us.
 */
export function refuseOtherOrigins(request: FastifyRequest, { publicUrl }: Site): void {
  if (SAFE.includes(request.method)) return;
  const { origin } = request.headers;
  const own = [`${request.protocol}://${request.host}`, ...(publicUrl === null ? [] : [new URL(publicUrl).origin])];
  if (origin === undefined || !own.includes(origin))
    throw new HttpProblem('forbidden', 'a signed-in browser may change something only from our own page');
}
