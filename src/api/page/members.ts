import { z } from 'zod';
import { addMember } from '../../commands/workspace/add-member.ts';
import { removeMember } from '../../commands/workspace/remove-member.ts';
import { findMember, holdingsOf, presentMembers } from '../../db/member-reads.ts';
import type { MemberId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { holdingsShape, memberList, memberShape, showHoldings, showMember } from '../shapes/members.ts';
import { idOfA, pathId, text } from '../shapes/primitives.ts';

const newMember = z.strictObject({ name: text(1_000), email: text(1_000) });
const removal = z.strictObject({ successor_id: idOfA<MemberId>().nullable().default(null) });

const write = { scope: 'settings:write' } as const;

/** `/app/api/members`: who is in the workspace; colleagues know each other, so reading takes no scope of its own. */
export function memberRoutes(app: App, deps: ApiDeps): void {
  const { db } = deps;
  const params = pathId<MemberId>();

  app.get(
    '/app/api/members',
    { config: { anyScope: true }, schema: { response: { 200: memberList } } },
    async ({ caller }) => ({ items: (await db.inWorkspace(caller.workspaceId, presentMembers)).map(showMember) }),
  );

  app.post(
    '/app/api/members',
    { config: write, schema: { body: newMember, response: { 201: memberShape } } },
    async ({ caller, body }, reply) => {
      const id = await addMember(deps, caller, body);
      const member = await db.inWorkspace(caller.workspaceId, (tx) => findMember(tx, id));
      if (!member) throw new Refusal('not_found', { noun: 'member', id });
      return reply.code(201).send(showMember(member));
    },
  );

  /** Asked before somebody is removed: what there is to take over. */
  app.get(
    '/app/api/members/:id/holdings',
    { config: write, schema: { params, response: { 200: holdingsShape } } },
    async ({ caller, params: { id } }) => {
      const holdings = await db.inWorkspace(caller.workspaceId, async (tx) => {
        if (!(await findMember(tx, id))) throw new Refusal('not_found', { noun: 'member', id });
        return holdingsOf(tx, id);
      });
      return showHoldings(holdings);
    },
  );

  app.post(
    '/app/api/members/:id/remove',
    { config: write, schema: { params, body: removal, response: { 200: holdingsShape } } },
    async ({ caller, params: { id: memberId }, body: { successor_id: successorId } }) =>
      showHoldings(await removeMember(deps, caller, { memberId, successorId })),
  );
}
