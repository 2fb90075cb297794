import { z } from 'zod';
import type { TemplateInput } from '../commands/templates/create-template.ts';
import { newId } from '../db/new-id.ts';
import type { TemplateWithContent } from '../db/templates.ts';
import type { MemberId, StepId } from '../domain/ids.ts';
import { checkMessage } from '../domain/message.ts';
import { type Path, type Problem, problemText } from '../domain/problem.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Weekday } from '../domain/schedule.ts';
import type { StepKind } from '../domain/sequence.ts';
import {
  allowedVariables,
  manualTaskKinds,
  mostCharactersOf,
  type TemplateContent,
  type TemplateStep,
  USUAL_AI_CHARACTERS,
} from '../domain/template.ts';
import { isZone } from '../domain/zone.ts';
import { pathOf } from './bad-input.ts';
import { idOfA, text } from './shapes/primitives.ts';

/*
 * A template as a JSON file: what `topo template import` sends and the page edits (`examples/template.json`). Only its
 * shape is checked here; whether it is whole is asked when it is activated (`checkTemplate`), for a draft may lack things.
 */

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Day = (typeof days)[number];

const copy = text(50_000);
const label = text(500);

const delay = z.strictObject({
  value: z.int(),
  unit: z.enum(['business_days', 'days', 'hours', 'minutes']),
});

const anyStep = {
  /** Kept over edits, so that a step can be followed; made here where it is left out. */
  id: idOfA<StepId>().optional(),
  name: label.optional(),
  /** From the end of the step before; the first step has none. */
  delay: delay.nullable().default(null),
};

const step = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      ...anyStep,
      kind: z.literal('email'),
      /** Not needed for a reply in the thread. */
      subject: copy.default(''),
      body: copy,
      new_thread: z.boolean().default(false),
      quote_history: z.boolean().default(false),
    }),
    z.strictObject({ ...anyStep, kind: z.literal('linkedin_message'), body: copy }),
    z.strictObject({ ...anyStep, kind: z.literal('linkedin_invitation'), note: copy.nullable().default(null) }),
    z.strictObject({
      ...anyStep,
      kind: z.literal('manual_task'),
      task: z.enum(manualTaskKinds),
      title: copy,
      instructions: copy.default(''),
      /** A member; null: the campaign's owner. */
      assignee_id: idOfA<MemberId>().nullable().default(null),
    }),
  ],
  {
    error: ({ code }) =>
      code === 'invalid_union' ? 'expected email, linkedin_message, linkedin_invitation or manual_task' : undefined,
  },
);

/** The fields of a template file; spread into what a route takes beside them. */
export const templateFields = {
  name: text(200).nullable().default(null),
  summary: text(2_000).nullable().default(null),
  language: z
    .string()
    .max(35)
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/, 'expected a BCP 47 language tag such as "en"')
    .nullable()
    .default(null),
  timezone: z.string().refine(isZone, 'expected an IANA time zone such as "Europe/Paris"'),
  daily_leads_target: z.int().min(0).max(10_000).default(20),
  approval_mode: z.enum(['AUTOPILOT', 'MANUAL_REVIEW']).default('MANUAL_REVIEW'),
  schedule: z.strictObject({
    days: z.array(z.enum(days)).max(7),
    /** Local 24 h times; the end is excluded, "24:00" is midnight. */
    hours: z.array(z.strictObject({ start: text(5), end: text(5) })).max(24),
    holidays: z.array(text(10)).max(1_000).default([]),
  }),
  sender: z.strictObject({ name: label, job_title: label.nullable().default(null) }),
  linkedin_behaviour: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('SKIP') }),
      z.strictObject({ kind: z.literal('DELAY'), max_wait_days: z.int().default(15) }),
    ])
    .default({ kind: 'DELAY', max_wait_days: 15 }),
  ai_variables: z
    .array(
      z.strictObject({
        name: text(64),
        prompt: text(5_000),
        fallback: text(5_000).nullable().default(null),
        max_characters: z.int().default(USUAL_AI_CHARACTERS),
      }),
    )
    .max(50)
    .default([]),
  steps: z.array(step).max(200),
};

export const templateFile = z.strictObject(templateFields);
export type TemplateFile = z.output<typeof templateFile>;
type FileStep = TemplateFile['steps'][number];
/** One that was saved: its steps have their ids and names. */
export type SavedFile = Omit<TemplateFile, 'steps'> & { steps: (FileStep & { id: StepId; name: string })[] };

/**
 * A template file from anywhere, as the commands take it. Throws `Refusal` ('invalid') naming every place:
 * "steps[2].delay.value: expected …".
 */
export function parseTemplateFile(json: unknown): TemplateInput {
  const parsed = templateFile.safeParse(json);
  const input = parsed.success ? templateOf(parsed.data) : null;
  const problems = input
    ? checkTexts(input.content)
    : (parsed.error?.issues ?? []).map(({ path, message }) => ({ path: pathOf(path), what: message }));
  if (input && problems.length === 0) return input;
  const lines = problems.map((problem) => `  ${printedPlace(problem.path)}: ${problemText(problem)}`);
  throw new Refusal('invalid', `the template file has ${problems.length} problem(s):\n${lines.join('\n')}`, problems);
}

/** As people write it: `steps[2].delay`. */
const printedPlace = (path: Path): string =>
  path.map((part, depth) => (typeof part === 'number' ? `[${part}]` : depth === 0 ? part : `.${part}`)).join('');

/** What the commands take, from a file whose shape is right; steps without an id get one. */
export function templateOf(file: TemplateFile): TemplateInput {
  const { schedule, sender, linkedin_behaviour: linkedIn } = file;
  return {
    settings: {
      name: file.name,
      summary: file.summary,
      dailyLeadsTarget: file.daily_leads_target,
      approvalMode: file.approval_mode,
    },
    content: {
      language: file.language,
      steps: file.steps.map(stepOf),
      schedule: {
        zone: file.timezone,
        weekdays: schedule.days.map((day) => weekdayOf[day]),
        blocks: schedule.hours,
        holidays: schedule.holidays,
      },
      linkedIn: linkedIn.kind === 'SKIP' ? linkedIn : { kind: 'DELAY', maxWaitDays: linkedIn.max_wait_days },
      sender: { name: sender.name, jobTitle: sender.job_title },
      aiVariables: file.ai_variables.map(({ name, prompt, fallback, max_characters: maxCharacters }) => ({
        name,
        prompt,
        fallback,
        maxCharacters,
      })),
    },
  };
}

const weekdayOf: Record<Day, Weekday> = { mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6, sun: 7 };

const kindNames: Record<StepKind, string> = {
  email: 'Email',
  linkedin_message: 'LinkedIn message',
  linkedin_invitation: 'LinkedIn invitation',
  manual_task: 'Task',
};

function stepOf(step: FileStep): TemplateStep {
  const { id = newId<StepId>(), name = kindNames[step.kind], delay } = step;
  const base = { id, name, delay };
  switch (step.kind) {
    case 'email':
      return {
        ...base,
        kind: 'email',
        subject: step.subject,
        body: step.body,
        newThread: step.new_thread,
        quoteHistory: step.quote_history,
      };
    case 'linkedin_message':
      return { ...base, kind: 'linkedin_message', body: step.body };
    case 'linkedin_invitation':
      return { ...base, kind: 'linkedin_invitation', note: step.note };
    case 'manual_task': {
      const { task, title, instructions, assignee_id: assignee } = step;
      return { ...base, kind: 'manual_task', task, title, instructions, assignee };
    }
  }
}

/** The file that would make this template, step ids included, so that an edit of it keeps them. */
export function fileOf({ template, content }: TemplateWithContent): SavedFile {
  const { schedule, sender, linkedIn } = content;
  return {
    name: template.name,
    summary: template.summary,
    language: content.language,
    timezone: schedule.zone,
    daily_leads_target: template.dailyLeadsTarget,
    approval_mode: template.approvalMode,
    schedule: {
      days: schedule.weekdays.flatMap((weekday) => days[weekday - 1] ?? []),
      hours: schedule.blocks.map(({ start, end }) => ({ start, end })),
      holidays: [...schedule.holidays],
    },
    sender: { name: sender.name, job_title: sender.jobTitle },
    linkedin_behaviour:
      linkedIn.kind === 'SKIP' ? { kind: 'SKIP' } : { kind: 'DELAY', max_wait_days: linkedIn.maxWaitDays },
    ai_variables: content.aiVariables.map((variable) => ({
      name: variable.name,
      prompt: variable.prompt,
      fallback: variable.fallback,
      max_characters: mostCharactersOf(variable),
    })),
    steps: content.steps.map(stepInFile),
  };
}

function stepInFile(step: TemplateStep): SavedFile['steps'][number] {
  const { id, name, delay } = step;
  const base = { id, name, delay };
  switch (step.kind) {
    case 'email':
      return {
        ...base,
        kind: 'email',
        subject: step.subject,
        body: step.body,
        new_thread: step.newThread,
        quote_history: step.quoteHistory ?? false,
      };
    case 'linkedin_message':
      return { ...base, kind: 'linkedin_message', body: step.body };
    case 'linkedin_invitation':
      return { ...base, kind: 'linkedin_invitation', note: step.note };
    case 'manual_task': {
      const { task, title, instructions, assignee } = step;
      return { ...base, kind: 'manual_task', task, title, instructions, assignee_id: assignee };
    }
  }
}

/**
 * What `{{…}}` cannot mean, in any text of the template. Asked at every save, also of a draft: a name that does not
 * exist is a slip of the pen, not something to be filled in later. Design 7.
 */
export function checkTexts({ steps, aiVariables }: TemplateContent): Problem[] {
  const allowed = allowedVariables(aiVariables);
  return steps.flatMap((step, index) =>
    Object.entries(step).flatMap(([field, value]) =>
      isMessage(field) && typeof value === 'string'
        ? checkMessage(value, allowed).map((what) => ({ path: ['steps', index, field], what }))
        : [],
    ),
  );
}

const isMessage = (field: string) => ['subject', 'body', 'note', 'title', 'instructions'].includes(field);

/** Where the file has another name for a field than the domain. */
const namesInFile: Readonly<Record<string, string>> = {
  dailyLeadsTarget: 'daily_leads_target',
  weekdays: 'days',
  blocks: 'hours',
  linkedIn: 'linkedin_behaviour',
  maxWaitDays: 'max_wait_days',
  aiVariables: 'ai_variables',
  maxCharacters: 'max_characters',
};

/** The same problems, at their places in the file. */
export const inFile = (problems: readonly Problem[]): Problem[] =>
  problems.map((problem) => ({ ...problem, path: pathInFile(problem.path) }));

const pathInFile = (path: Path): Path =>
  path[0] === 'schedule' && path[1] === 'zone' ? ['timezone'] : path.map((name) => namesInFile[name] ?? name);
