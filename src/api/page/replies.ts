import { findReplyHtml } from '../../db/reply-reads.ts';
import type { InboundId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { pathId } from '../shapes/primitives.ts';
import { sendMailFrame } from './mail-frame.ts';

/** `/app/api/replies`: what contacts wrote back, for the page. */
export function replyRoutes(app: App, { db }: ApiDeps): void {
  app.get(
    '/app/api/replies/:id/html',
    { config: { scope: 'sequences:read' }, schema: { params: pathId<InboundId>() } },
    async ({ caller, params: { id } }, reply) => {
      const html = await db.inWorkspace(caller.workspaceId, (tx) => findReplyHtml(tx, id));
      if (html === null) throw new Refusal('not_found', { noun: 'reply in HTML', id });
      return sendMailFrame(reply, html);
    },
  );
}
