import { z } from 'zod';
import { type Credential, type SignIn, signIn } from '../../commands/workspace/sign-in.ts';
import { appNow } from '../../db/clock.ts';
import type { Db } from '../../db/pool.ts';
import { deleteSession, hashSecret } from '../../db/sessions.ts';
import { countWaiting, readViewer } from '../../db/viewer-reads.ts';
import { spend } from '../auth.ts';
import { createBudget } from '../budget.ts';
import { clearSessionCookie, sessionCookieOf, setSessionCookie } from '../cookie.ts';
import type { ApiDeps } from '../deps.ts';
import type { App, Identity, Limits } from '../door.ts';
import { HttpProblem } from '../problems.ts';
import { noBody } from '../shapes/inputs.ts';
import { countsShape, type Session, sessionShape } from '../shapes/session.ts';

const credential = z
  .union([z.strictObject({ token: z.string().max(200) }), z.strictObject({ code: z.string().max(200) })], {
    error: 'expected either a token or a code',
  })
  .transform((given): Credential => ('token' in given ? { kind: 'token', ...given } : { kind: 'code', ...given }));

/** A credential and no more is read of a stranger. */
const MOST_BYTES = 4 * 1024;

const REFUSED: Record<Exclude<SignIn['kind'], 'signedIn'>, Record<Credential['kind'], string>> = {
  unknown: {
    token: 'That token is not valid or was revoked.',
    code: 'This link was used or is too old. Run npm start again or paste a token.',
  },
  service: {
    token: "That token belongs to a service. Only a member's token signs in.",
    code: "That link belongs to a service. Only a member's token signs in.",
  },
};

/** `/app/api/session`: a member's token, or the code of a link, becomes a cookie. `/app/api/counts`: the badges. */
export function sessionRoutes(app: App, deps: ApiDeps, limits: Limits): void {
  const { db, site, virtualTime } = deps;
  const runtime = { embedded: virtualTime !== null, temporal_ui: site.temporalUi };
  const badTries = createBudget(limits.badTokens);

  app.post(
    '/app/api/session',
    { config: { public: true }, bodyLimit: MOST_BYTES, schema: { body: credential, response: { 204: z.null() } } },
    async (request, reply) => {
      const { body } = request;
      const outcome = await signIn(deps, body);
      if (outcome.kind !== 'signedIn') {
        spend(badTries, request.ip, `more than ${limits.badTokens} bad tries from this address within a minute`);
        throw new HttpProblem('unauthenticated', REFUSED[outcome.kind][body.kind]);
      }
      return setSessionCookie(reply, site, outcome.secret, outcome.expiresAt).code(204).send(null);
    },
  );

  app.get(
    '/app/api/session',
    { config: { anyScope: true }, schema: { response: { 200: sessionShape } } },
    async ({ identity }) => ({ ...(await describe(db, known(identity))), runtime }),
  );

  app.delete(
    '/app/api/session',
    { config: { anyScope: true }, schema: { body: noBody, response: { 204: z.null() } } },
    async (request, reply) => {
      const secret = sessionCookieOf(request, site);
      if (secret !== null) await db.asSystem((tx) => deleteSession(tx, hashSecret(secret)));
      return clearSessionCookie(reply, site).code(204).send(null);
    },
  );

  app.get(
    '/app/api/counts',
    { config: { anyScope: true }, schema: { response: { 200: countsShape } } },
    async ({ identity }) => {
      const { workspaceId, memberId } = known(identity);
      const { myTasks, accountsInTrouble, ...counts } = await db.inWorkspace(workspaceId, (tx) =>
        countWaiting(tx, memberId),
      );
      return { ...counts, my_tasks: myTasks, accounts_in_trouble: accountsInTrouble };
    },
  );
}

function known(identity: Identity | null): Identity {
  if (!identity) throw new Error('a route that is not public was reached without an identity');
  return identity;
}

async function describe(db: Db, { workspaceId, memberId, scopes }: Identity): Promise<Omit<Session, 'runtime'>> {
  const { viewer, now } = await db.inWorkspace(workspaceId, async (tx) => ({
    viewer: memberId && (await readViewer(tx, memberId)),
    now: await appNow(tx),
  }));
  if (!viewer) throw new HttpProblem('forbidden', "this needs a member's token");
  return { ...viewer, scopes: [...scopes], now };
}
