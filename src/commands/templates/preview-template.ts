import { appNow } from '../../db/clock.ts';
import { findContact } from '../../db/contact-reads.ts';
import type { Tx } from '../../db/pool.ts';
import { readVersion } from '../../db/templates.ts';
import { findOrganisation } from '../../db/workspaces.ts';
import type { AiValues } from '../../domain/copy/generation.ts';
import { factsAbout, type WrittenStep, writeStep } from '../../domain/copy/personalisation.ts';
import { type PlannedStep, planSteps, sampleContact } from '../../domain/copy/preview.ts';
import type { ContactId, TemplateId } from '../../domain/ids.ts';
import type { Problem } from '../../domain/problem.ts';
import { Refusal } from '../../domain/refusal.ts';
import { checkTemplate, type TemplateStep } from '../../domain/template.ts';
import type { Caller, CopyDeps } from '../deps.ts';
import { fallbacksOf, writeAtOnce } from '../sequences/write-at-once.ts';
import { briefOf } from '../sequences/write-variables.ts';
import type { TemplateInput } from './create-template.ts';

/** A template as it is saved (its newest version unless one is named), or as somebody is just writing it. */
export type PreviewedTemplate = { id: TemplateId; version: number | null } | TemplateInput;

export interface PreviewInput {
  template: PreviewedTemplate;
  /** null: the sample contact. */
  contactId: ContactId | null;
  /** When the sequence would begin, epoch ms; null: now. */
  start: number | null;
  /** Has the language model write the AI variables, as a trial; else they are their fallbacks. */
  write: boolean;
}

export interface PreviewedStep extends WrittenStep {
  step: TemplateStep;
  /** null while delays or schedule have problems. */
  planned: PlannedStep | null;
}

export interface Preview {
  steps: PreviewedStep[];
  ai: AiValues;
  /** What keeps the template from being activated. */
  problems: Problem[];
}

/**
 * What the template would say to a contact, and when. Leaves nothing behind but, of a trial, what the model cost. What is
 * wrong with the template is part of the answer, for it may be half written. Design 7.
 */
export async function previewTemplate(deps: CopyDeps, caller: Caller, input: PreviewInput): Promise<Preview> {
  const { workspaceId } = caller;
  const { template, facts, organisation, now } = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const template = await templateOf(tx, input.template);
    const facts = factsAbout(await contactOf(tx, input.contactId), template.content.sender);
    return { template, facts, organisation: await findOrganisation(tx, workspaceId), now: await appNow(tx) };
  });
  const { content, settings } = template;
  const ids = { workspaceId, sequenceId: null };
  const ai = input.write
    ? (await writeAtOnce(deps, briefOf(organisation, content, facts), 'trial', ids)).values
    : fallbacksOf(content.aiVariables);
  const problems = checkTemplate(content, settings);
  const planned = planSteps(content, problems, input.start ?? now);
  return {
    steps: content.steps.map((step, index) => ({
      step,
      planned: planned?.[index] ?? null,
      ...writeStep(step, { facts, ai, language: content.language }),
    })),
    ai,
    problems,
  };
}

async function templateOf(tx: Tx, asked: PreviewedTemplate): Promise<TemplateInput> {
  if (!('id' in asked)) return asked;
  const { template, content } = await readVersion(tx, asked.id, asked.version);
  return { settings: template, content };
}

/** As far as templates speak of one. */
export async function contactOf(tx: Tx, id: ContactId | null): Promise<Parameters<typeof factsAbout>[0]> {
  if (id === null) return sampleContact;
  const contact = await findContact(tx, id);
  if (!contact || contact.erasedAt !== null) throw new Refusal('not_found', { noun: 'contact', id });
  return contact;
}
