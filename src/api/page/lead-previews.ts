import { previewLead } from '../../commands/templates/preview-lead.ts';
import type { LeadId } from '../../domain/ids.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { leadPreviewShape, showLeadPreview } from '../shapes/leads.ts';
import { pathId } from '../shapes/primitives.ts';

/** Beside the review queue: what a lead would be told first. */
export function leadPreviewRoutes(app: App, deps: ApiDeps): void {
  app.get(
    '/app/api/leads/:id/preview',
    {
      config: { scope: 'campaigns:read' },
      schema: { params: pathId<LeadId>(), response: { 200: leadPreviewShape } },
    },
    async ({ caller, params: { id } }) => showLeadPreview(await previewLead(deps, caller, id)),
  );
}
