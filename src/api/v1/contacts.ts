import { z } from 'zod';
import { addPoint } from '../../commands/contacts/add-point.ts';
import { choosePoint } from '../../commands/contacts/choose-point.ts';
import { eraseContact } from '../../commands/contacts/erase-contact.ts';
import { mergeContacts, previewMerge } from '../../commands/contacts/merge-contacts.ts';
import { reachOtherwise } from '../../commands/contacts/reach-otherwise.ts';
import { suppressContact } from '../../commands/contacts/suppress-contact.ts';
import type { Caller } from '../../commands/deps.ts';
import { appNow } from '../../db/clock.ts';
import { exportContact } from '../../db/contact-export.ts';
import { findContactDetail, listContacts } from '../../db/contact-reads.ts';
import type { ContactId, ContactPointId, SequenceId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';

import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import {
  type ContactDetailShown,
  contactDetailShape,
  contactExportShape,
  contactList,
  exportRow,
  showContactDetail,
  showContactItem,
} from '../shapes/contact-details.ts';
import { mergePreviewShape, showMergePreview } from '../shapes/contact-merges.ts';
import { noBody } from '../shapes/inputs.ts';
import { idOfA, pageAnswer, paging, pathId, printInstant, text } from '../shapes/primitives.ts';

const listQuery = z.strictObject({
  q: text(200).optional().describe('Part of a name, an address, a profile or a company.'),
  ...paging,
});

const newPoint = z.strictObject({
  kind: z.enum(['address', 'profile']),
  /** An email address, or a LinkedIn profile. */
  value: text(500, 1),
});

const merge = z.strictObject({
  /** The other contact; the older of the two stays. */
  with: idOfA<ContactId>(),
  /** Where both have an open sequence: the one that ends. */
  stop_sequence_id: idOfA<SequenceId>().optional(),
});

/** How many open sequences that ended. */
const ended = contactDetailShape.extend({ ended_sequences: z.int() });

const read = { scope: 'contacts:read' } as const;
const write = { scope: 'contacts:write' } as const;

/** `/v1/contacts`: who they are, all that was said; never contact again, hand everything out, forget. */
export function contactRoutes(app: App, deps: ApiDeps): void {
  const { db } = deps;
  const params = pathId<ContactId>();
  const show = async ({ workspaceId }: Caller, id: ContactId): Promise<ContactDetailShown> => {
    const found = await db.inWorkspace(workspaceId, (tx) => findContactDetail(tx, id));
    if (!found) throw new Refusal('not_found', { noun: 'contact', id });
    return showContactDetail(found);
  };

  app.get(
    '/v1/contacts',
    { config: read, schema: { querystring: listQuery, response: { 200: contactList } } },
    async ({ caller, query }) => {
      const { items, totalCount } = await db.inWorkspace(caller.workspaceId, (tx) => listContacts(tx, query, query));
      return pageAnswer(items.map(showContactItem), totalCount, query);
    },
  );

  app.get(
    '/v1/contacts/:id',
    { config: read, schema: { params, response: { 200: contactDetailShape } } },
    ({ caller, params: { id } }) => show(caller, id),
  );

  app.get(
    '/v1/contacts/:id/export',
    { config: read, schema: { params, response: { 200: contactExportShape } } },
    async ({ caller: { workspaceId }, params: { id } }, reply) => {
      const { found, now } = await db.inWorkspace(workspaceId, async (tx) => ({
        found: await exportContact(tx, id),
        now: await appNow(tx),
      }));
      if (!found) throw new Refusal('not_found', { noun: 'contact', id });
      const { contact, importedRows, ...rows } = found;
      const tables = Object.entries(rows).map(([name, own]) => [name, own.map(exportRow)] as const);
      reply.header('content-disposition', `attachment; filename="contact-${id}.json"`);
      return {
        exported_at: printInstant(now),
        contact: exportRow(contact),
        imported_rows: importedRows.map(exportRow),
        ...contactExportShape
          .omit({ exported_at: true, contact: true, imported_rows: true })
          .parse(Object.fromEntries(tables)),
      };
    },
  );

  app.post(
    '/v1/contacts/:id/suppress',
    { config: write, schema: { params, body: noBody, response: { 200: ended } } },
    async ({ caller, params: { id } }) => {
      const { ended } = await suppressContact(deps, caller, id);
      return { ...(await show(caller, id)), ended_sequences: ended };
    },
  );

  app.post(
    '/v1/contacts/:id/points',
    { config: write, schema: { params, body: newPoint, response: { 200: contactDetailShape } } },
    async ({ caller, params: { id }, body }) => {
      await addPoint(deps, caller, { contactId: id, ...body });
      return show(caller, id);
    },
  );

  app.post(
    '/v1/contacts/:id/points/:point_id/choose',
    {
      config: write,
      schema: {
        params: params.extend({ point_id: idOfA<ContactPointId>() }),
        body: noBody,
        response: { 200: contactDetailShape },
      },
    },
    async ({ caller, params: { id, point_id: pointId } }) => {
      await choosePoint(deps, caller, { contactId: id, pointId });
      return show(caller, id);
    },
  );

  app.get(
    '/v1/contacts/:id/merge-preview',
    {
      config: read,
      schema: {
        params,
        querystring: z.strictObject({ with: idOfA<ContactId>() }),
        response: { 200: mergePreviewShape },
      },
    },
    async ({ caller, params: { id }, query }) =>
      showMergePreview(await previewMerge(deps, caller, { contactId: id, withId: query.with })),
  );

  app.post(
    '/v1/contacts/:id/merge',
    { config: write, schema: { params, body: merge, response: { 200: contactDetailShape } } },
    async ({ caller, params: { id }, body }) => {
      const stop = body.stop_sequence_id;
      const survivor = await mergeContacts(deps, caller, { contactId: id, withId: body.with, ...(stop && { stop }) });
      return show(caller, survivor);
    },
  );

  app.post(
    '/v1/contacts/:id/reach-otherwise',
    { config: write, schema: { params, body: noBody, response: { 200: contactDetailShape } } },
    async ({ caller, params: { id } }) => {
      await reachOtherwise(deps, caller, id);
      return show(caller, id);
    },
  );

  app.post(
    '/v1/contacts/:id/erase',
    { config: write, schema: { params, body: noBody, response: { 200: ended } } },
    async ({ caller, params: { id } }) => {
      const { ended } = await eraseContact(deps, caller, id);
      return { ...(await show(caller, id)), ended_sequences: ended };
    },
  );
}
