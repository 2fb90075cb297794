import { z } from 'zod';
import { readAudit } from '../../db/audit-reads.ts';
import { auditGroups, groupOf } from '../../domain/audit.ts';
import { eventKinds } from '../../domain/event.ts';
import type { MemberId } from '../../domain/ids.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { auditPage, showAuditLine } from '../shapes/audit.ts';
import { idOfA, wholeNumber } from '../shapes/primitives.ts';

const query = z.strictObject({
  /** Only what was written before this ordinal: the last one of the page before. */
  before: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
  about: z.enum(auditGroups).optional(),
  member_id: idOfA<MemberId>().optional(),
  size: wholeNumber(1, 200).default(50),
});

/** `GET /app/api/audit`: who did what and when, the newest first, with names. */
export function auditRoutes(app: App, { db }: ApiDeps): void {
  app.get(
    '/app/api/audit',
    { config: { scope: 'settings:read' }, schema: { querystring: query, response: { 200: auditPage } } },
    async ({ caller, query: { before = null, about, member_id: memberId, size } }) => {
      const kinds = about && eventKinds.filter((kind) => groupOf[kind] === about);
      const actor = memberId && `member:${memberId}`;
      const lines = await db.inWorkspace(caller.workspaceId, (tx) => readAudit(tx, { before, kinds, actor }, size + 1));
      return { items: lines.slice(0, size).map(showAuditLine), has_more: lines.length > size };
    },
  );
}
