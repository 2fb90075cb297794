import { z } from 'zod';
import type { Caller } from '../../commands/deps.ts';
import { editContext } from '../../commands/workspace/edit-context.ts';
import { editWorkspace } from '../../commands/workspace/edit-workspace.ts';
import { readWorkspace } from '../../db/workspaces.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { text } from '../shapes/primitives.ts';
import {
  type ContextShown,
  contextShape,
  showContext,
  showWorkspace,
  type WorkspaceShown,
  workspaceShape,
} from '../shapes/workspace.ts';

const read = { scope: 'settings:read' } as const;
const write = { scope: 'settings:write' } as const;

const change = z.strictObject({
  name: text(1_000).optional(),
  timezone: text(100).optional(),
  legal_name: text(1_000).optional(),
  postal_address: text(2_000).optional(),
});

const words = text(5_000);
const context = z.strictObject({
  ideal_customer: words,
  value_proposition: words,
  competitors: words,
  tone: words,
});

/** `/app/api/workspace`: its name, zone and footer. `/app/api/context`: what the writer of AI variables is told. */
export function workspaceRoutes(app: App, deps: ApiDeps): void {
  const rowOf = ({ workspaceId }: Caller) => deps.db.inWorkspace(workspaceId, (tx) => readWorkspace(tx, workspaceId));
  const showOne = async (caller: Caller): Promise<WorkspaceShown> => showWorkspace(await rowOf(caller));
  const showWords = async (caller: Caller): Promise<ContextShown> => showContext(await rowOf(caller));

  app.get('/app/api/workspace', { config: read, schema: { response: { 200: workspaceShape } } }, ({ caller }) =>
    showOne(caller),
  );

  app.patch(
    '/app/api/workspace',
    { config: write, schema: { body: change, response: { 200: workspaceShape } } },
    async ({ caller, body: { name, timezone: zone, legal_name: legalName, postal_address: postalAddress } }) => {
      await editWorkspace(deps, caller, { name, zone, legalName, postalAddress });
      return showOne(caller);
    },
  );

  app.get('/app/api/context', { config: read, schema: { response: { 200: contextShape } } }, ({ caller }) =>
    showWords(caller),
  );

  app.put(
    '/app/api/context',
    { config: write, schema: { body: context, response: { 200: contextShape } } },
    async ({ caller, body }) => {
      await editContext(deps, caller, {
        idealCustomer: body.ideal_customer,
        valueProposition: body.value_proposition,
        competitors: body.competitors,
        tone: body.tone,
      });
      return showWords(caller);
    },
  );
}
