import { z } from 'zod';
import { suppress } from '../../commands/contacts/suppress.ts';
import { unsuppress } from '../../commands/contacts/unsuppress.ts';
import { listSuppressions } from '../../db/suppressions.ts';
import type { SuppressionId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { enteredKinds, normaliseSuppression, suppressionKinds, suppressionReasons } from '../../domain/suppression.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { pageAnswer, paging, pathId, text } from '../shapes/primitives.ts';
import { showSuppression, suppressionPage, suppressionShape } from '../shapes/suppressions.ts';

const body = z.strictObject({
  entries: z
    .array(
      z.strictObject({
        kind: z.enum(enteredKinds),
        /** An email address, a mail domain (with its subdomains), or a LinkedIn profile. */
        value: text(500, 1),
        reason: z.enum(suppressionReasons).default('asked_by_user'),
      }),
    )
    .min(1)
    .max(500),
});

const answer = z.object({
  /** As they stand, in the order in which they were given. */
  entries: z.array(z.object({ kind: z.enum(suppressionKinds), value: z.string() })),
  /** How many open sequences that ended. */
  ended_sequences: z.int(),
});

const listQuery = z.strictObject({
  kind: z.enum(suppressionKinds).optional(),
  q: text(200).optional().describe('Part of an address, a domain or a profile.'),
  ...paging,
});

/** `/v1/suppressions`: who is never contacted, the newest first; add many, take one off. */
export function suppressionRoutes(app: App, deps: ApiDeps): void {
  app.get(
    '/v1/suppressions',
    {
      config: { scope: 'contacts:read' },
      schema: { querystring: listQuery, response: { 200: suppressionPage } },
    },
    async ({ caller, query }) => {
      const { items, totalCount } = await deps.db.inWorkspace(caller.workspaceId, (tx) =>
        listSuppressions(tx, query, query),
      );
      return pageAnswer(items.map(showSuppression), totalCount, query);
    },
  );

  app.delete(
    '/v1/suppressions/:id',
    {
      config: { scope: 'contacts:write' },
      schema: { params: pathId<SuppressionId>(), response: { 200: suppressionShape } },
    },
    async ({ caller, params: { id } }) => showSuppression(await unsuppress(deps, caller, id)),
  );

  // All of them are taken, or, when one is malformed, none.
  app.post(
    '/v1/suppressions',
    { config: { scope: 'sequences:write' }, schema: { body, response: { 200: answer } } },
    async ({ caller, body: { entries } }) => {
      const normal = entries.map((entry) => ({ ...entry, normal: normaliseSuppression(entry.kind, entry.value) }));
      const problems = normal.flatMap(({ normal }, index) =>
        normal.ok ? [] : [{ path: ['entries', index, 'value'], what: normal.problem }],
      );
      if (problems.length > 0)
        throw new Refusal('invalid', `${problems.length} of ${entries.length} entries are malformed`, problems);
      const { ended } = await suppress(deps, caller, entries);
      return {
        entries: normal.flatMap(({ kind, normal }) => (normal.ok ? [{ kind, value: normal.value }] : [])),
        ended_sequences: ended,
      };
    },
  );
}
