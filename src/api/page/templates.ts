import { z } from 'zod';
import type { Caller, CommandDeps } from '../../commands/deps.ts';
import { activateTemplate } from '../../commands/templates/activate-template.ts';
import { archiveTemplate } from '../../commands/templates/archive-template.ts';
import { createTemplate, type TemplateInput } from '../../commands/templates/create-template.ts';
import { deactivateTemplate } from '../../commands/templates/deactivate-template.ts';
import { duplicateTemplate } from '../../commands/templates/duplicate-template.ts';
import { editTemplate } from '../../commands/templates/edit-template.ts';
import { finishTemplate } from '../../commands/templates/finish-template.ts';
import { unknownMembers } from '../../db/member-reads.ts';
import { listTemplates, openSequencesOf } from '../../db/template-reads.ts';
import { readTemplate, type TemplateWithContent } from '../../db/templates.ts';
import type { TemplateId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { checkTemplate, checkVariables, templateStatuses } from '../../domain/template.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { showProblem } from '../problems.ts';
import { noBody } from '../shapes/inputs.ts';
import { pageAnswer, paging, pathId, text } from '../shapes/primitives.ts';
import {
  archivedTemplateShape,
  type EditedTemplate,
  editedTemplateShape,
  showTemplateLine,
  templateLines,
} from '../shapes/templates.ts';
import { inFile, templateFields, templateInFile } from '../template-file.ts';

const newTemplate = z.strictObject({
  ...templateFields,
  /** Activates it at once; a template that is not whole is not saved then. */
  activate: z.boolean().default(false),
});

const edit = z.strictObject({
  ...templateFields,
  /** The version the edit was made on; another one in between is a 409. */
  made_on: z.int().min(1),
});

const listQuery = z.strictObject({
  q: text(200).optional(),
  status: z.enum(templateStatuses).optional(),
  ...paging,
});

const archiving = z.strictObject({ stop_open_sequences: z.boolean().default(false) });

/** Where the path is under /app/api, only a member's token is let in (`auth.ts`). */
const config = { scope: 'templates:write' } as const;
const reading = { scope: 'sequences:read' } as const;
/** 50 steps of the longest copy. */
const bodyLimit = 4 * 1024 * 1024;

const moves: Record<
  'activate' | 'deactivate' | 'finish',
  (deps: CommandDeps, caller: Caller, id: TemplateId) => Promise<void>
> = {
  activate: activateTemplate,
  deactivate: deactivateTemplate,
  finish: finishTemplate,
};

/** `/app/api/templates`: the only place where templates are made and edited. Design 8. */
export function templateEditingRoutes(app: App, deps: ApiDeps): void {
  const params = pathId<TemplateId>();
  const show = ({ workspaceId }: Caller, id: TemplateId): Promise<EditedTemplate> =>
    deps.db.inWorkspace(workspaceId, async (tx) => {
      const found = await readTemplate(tx, id);
      return showTemplate(found, (await openSequencesOf(tx, [id])).get(id) ?? 0);
    });

  app.get(
    '/app/api/templates',
    { config: reading, schema: { querystring: listQuery, response: { 200: templateLines } } },
    async ({ caller, query }) => {
      const { items, totalCount } = await deps.db.inWorkspace(caller.workspaceId, (tx) =>
        listTemplates(tx, query, query),
      );
      return pageAnswer(items.map(showTemplateLine), totalCount, query);
    },
  );

  app.post(
    '/app/api/templates',
    { config, bodyLimit, schema: { body: newTemplate, response: { 201: editedTemplateShape } } },
    async ({ caller, body: { activate, ...file } }, reply) => {
      const template = templateInFile.decode(file);
      await refuseBadTemplate(deps, caller, template);
      const id = await namingPlaces(() => createTemplate(deps, caller, { ...template, activate }));
      return reply.code(201).send(await show(caller, id));
    },
  );

  app.get(
    '/app/api/templates/:id',
    { config: reading, schema: { params, response: { 200: editedTemplateShape } } },
    ({ caller, params: { id } }) => show(caller, id),
  );

  app.put(
    '/app/api/templates/:id',
    { config, bodyLimit, schema: { params, body: edit, response: { 200: editedTemplateShape } } },
    async ({ caller, params: { id: templateId }, body: { made_on: madeOn, ...file } }) => {
      const template = templateInFile.decode(file);
      await refuseBadTemplate(deps, caller, template);
      await namingPlaces(() => editTemplate(deps, caller, { templateId, madeOn, ...template }));
      return show(caller, templateId);
    },
  );

  app.post(
    '/app/api/templates/:id/duplicate',
    { config, schema: { params, body: noBody, response: { 201: editedTemplateShape } } },
    async ({ caller, params: { id } }, reply) =>
      reply.code(201).send(await show(caller, await duplicateTemplate(deps, caller, id))),
  );

  for (const [verb, move] of Object.entries(moves))
    app.post(
      `/app/api/templates/:id/${verb}`,
      { config, schema: { params, body: noBody, response: { 200: editedTemplateShape } } },
      async ({ caller, params: { id } }) => {
        await namingPlaces(() => move(deps, caller, id));
        return show(caller, id);
      },
    );

  app.post(
    '/app/api/templates/:id/archive',
    { config, schema: { params, body: archiving.nullish(), response: { 200: archivedTemplateShape } } },
    async ({ caller, params: { id: templateId }, body }) => {
      const stopOpenSequences = body?.stop_open_sequences ?? false;
      const { stopped } = await archiveTemplate(deps, caller, { templateId, stopOpenSequences });
      return { ...(await show(caller, templateId)), stopped_sequences: stopped };
    },
  );
}

/** An ACTIVE one was checked when it became so, and at every edit since. */
const showTemplate = ({ template, content }: TemplateWithContent, openSequences: number): EditedTemplate => ({
  id: template.id,
  status: template.status,
  version: template.version,
  open_sequences: openSequences,
  problems: template.status === 'ACTIVE' ? [] : inFile(checkTemplate(content, template)).map(showProblem),
  template: templateInFile.encode({ settings: template, content }),
});

/** Refused at every save, also of a draft: variables that do not exist, and tasks for people who do not. */
async function refuseBadTemplate({ db }: ApiDeps, { workspaceId }: Caller, { content }: TemplateInput): Promise<void> {
  const assignees = content.steps.flatMap((step) =>
    step.kind === 'manual_task' && step.assignee !== null ? [step.assignee] : [],
  );
  const unknown = await db.inWorkspace(workspaceId, (tx) => unknownMembers(tx, assignees));
  const problems = [
    ...checkVariables(content),
    ...content.steps.flatMap((step, index) =>
      step.kind === 'manual_task' && step.assignee !== null && unknown.includes(step.assignee)
        ? [{ path: ['steps', index, 'assignee_id'], what: `${step.assignee} is no member of this workspace` }]
        : [],
    ),
  ];
  if (problems.length > 0)
    throw new Refusal('invalid', `the template has ${problems.length} problem(s), nothing was saved`, problems);
}

/** The places of a refusal as the file calls them. */
async function namingPlaces<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'not_found') throw error;
    throw new Refusal(error.code, error.message, inFile(error.problems));
  }
}
