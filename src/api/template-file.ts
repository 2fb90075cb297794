import { z } from 'zod';
import type { TemplateInput } from '../commands/templates/create-template.ts';
import { newId } from '../db/new-id.ts';
import { idOf, type MemberId, type StepId } from '../domain/ids.ts';
import { type Path, type Problem, problemText } from '../domain/problem.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Weekday } from '../domain/schedule.ts';
import type { StepKind } from '../domain/sequence.ts';
import {
  type AiVariable,
  checkVariables,
  type LinkedInBehaviour,
  manualTaskKinds,
  mostCharactersOf,
  type TemplateStep,
  USUAL_AI_CHARACTERS,
} from '../domain/template.ts';
import { isZone } from '../domain/zone.ts';
import { pathOf } from './bad-input.ts';
import { printedId, text, writtenId } from './shapes/primitives.ts';

/*
 * A template as a JSON file: what `topo template import` sends and the page edits (`examples/template.json`). Only its
 * shape is checked here; whether it is whole is asked when it is activated (`checkTemplate`), for a draft may lack things.
 */

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Day = (typeof days)[number];

// As it is written: within limits, and much may be left out.

const copy = text(50_000);
const label = text(500);

const unit = z.enum(['business_days', 'days', 'hours', 'minutes']);
const delay = z.strictObject({ value: z.int(), unit });

const kindNames: Record<StepKind, string> = {
  email: 'Email',
  linkedin_message: 'LinkedIn message',
  linkedin_invitation: 'LinkedIn invitation',
  manual_task: 'Task',
};

const anyStep = <Kind extends StepKind>(kind: Kind) => ({
  /** Kept over edits, so that a step can be followed; made here where it is left out. */
  id: writtenId.default(() => newId<StepId>()),
  name: label.default(kindNames[kind]),
  /** From the end of the step before; the first step has none. */
  delay: delay.nullable().default(null),
  kind: z.literal(kind),
});

const writtenStep = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      ...anyStep('email'),
      /** Not needed for a reply in the thread. */
      subject: copy.default(''),
      body: copy,
      new_thread: z.boolean().default(false),
      quote_history: z.boolean().default(false),
    }),
    z.strictObject({ ...anyStep('linkedin_message'), body: copy }),
    z.strictObject({ ...anyStep('linkedin_invitation'), note: copy.nullable().default(null) }),
    z.strictObject({
      ...anyStep('manual_task'),
      task: z.enum(manualTaskKinds),
      title: copy,
      instructions: copy.default(''),
      /** A member; null: the campaign's owner. */
      assignee_id: writtenId.nullable().default(null),
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
  steps: z.array(writtenStep).max(200),
};

// As it is kept and answered: everything is there, and within whatever limits it was saved under.

const savedAnyStep = { id: printedId, name: z.string(), delay: z.object({ value: z.number(), unit }).nullable() };

const savedStep = z.discriminatedUnion('kind', [
  z.object({
    ...savedAnyStep,
    kind: z.literal('email'),
    subject: z.string(),
    body: z.string(),
    new_thread: z.boolean(),
    quote_history: z.boolean(),
  }),
  z.object({ ...savedAnyStep, kind: z.literal('linkedin_message'), body: z.string() }),
  z.object({ ...savedAnyStep, kind: z.literal('linkedin_invitation'), note: z.string().nullable() }),
  z.object({
    ...savedAnyStep,
    kind: z.literal('manual_task'),
    task: z.enum(manualTaskKinds),
    title: z.string(),
    instructions: z.string(),
    assignee_id: printedId.nullable(),
  }),
]);

const savedVariable = z.object({
  name: z.string(),
  prompt: z.string(),
  fallback: z.string().nullable(),
  max_characters: z.number(),
});

const savedBehaviour = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('SKIP') }),
  z.object({ kind: z.literal('DELAY'), max_wait_days: z.number() }),
]);

const savedSchedule = z.object({
  days: z.array(z.enum(days)),
  hours: z.array(z.object({ start: z.string(), end: z.string() })),
  holidays: z.array(z.string()),
});

export const savedFile = z.object({
  name: z.string().nullable(),
  summary: z.string().nullable(),
  language: z.string().nullable(),
  timezone: z.string(),
  daily_leads_target: z.number(),
  approval_mode: z.enum(['AUTOPILOT', 'MANUAL_REVIEW']),
  schedule: savedSchedule,
  sender: z.object({ name: z.string(), job_title: z.string().nullable() }),
  linkedin_behaviour: savedBehaviour,
  ai_variables: z.array(savedVariable),
  steps: z.array(savedStep),
});

// Both ways: each part beside its way back. `namesInFile` has the same names, for places.

const weekdayOf: Record<Day, Weekday> = { mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6, sun: 7 };
const dayOf: Record<Weekday, Day> = { 1: 'mon', 2: 'tue', 3: 'wed', 4: 'thu', 5: 'fri', 6: 'sat', 7: 'sun' };

const weekday = z.codec(z.enum(days), z.custom<Weekday>(), {
  decode: (day) => weekdayOf[day],
  encode: (weekday) => dayOf[weekday],
});

const behaviour = z.codec(savedBehaviour, z.custom<LinkedInBehaviour>(), {
  decode: (file) => (file.kind === 'SKIP' ? file : { kind: file.kind, maxWaitDays: file.max_wait_days }),
  encode: (own) => (own.kind === 'SKIP' ? own : { kind: own.kind, max_wait_days: own.maxWaitDays }),
});

const variable = z.codec(savedVariable, z.custom<AiVariable>(), {
  decode: ({ max_characters: maxCharacters, ...same }) => ({ ...same, maxCharacters }),
  encode: ({ name, prompt, fallback, ...own }) => ({ name, prompt, fallback, max_characters: mostCharactersOf(own) }),
});

const step = z.codec(savedStep, z.custom<TemplateStep>(), {
  decode(file) {
    const id = idOf<StepId>(file.id);
    switch (file.kind) {
      case 'email': {
        const { new_thread: newThread, quote_history: quoteHistory, ...same } = file;
        return { ...same, id, newThread, quoteHistory };
      }
      case 'manual_task': {
        const { assignee_id: assignee, ...same } = file;
        return { ...same, id, assignee: assignee === null ? null : idOf<MemberId>(assignee) };
      }
      case 'linkedin_message':
      case 'linkedin_invitation':
        return { ...file, id };
    }
  },
  encode(own) {
    switch (own.kind) {
      case 'email': {
        const { newThread, quoteHistory = false, ...same } = own;
        return { ...same, new_thread: newThread, quote_history: quoteHistory };
      }
      case 'manual_task': {
        const { assignee, ...same } = own;
        return { ...same, assignee_id: assignee };
      }
      case 'linkedin_message':
      case 'linkedin_invitation':
        return own;
    }
  },
});

const parts = savedFile.extend({
  schedule: savedSchedule.extend({ days: z.array(weekday) }),
  linkedin_behaviour: behaviour,
  ai_variables: z.array(variable),
  steps: z.array(step),
});

/** A whole file, and the template as the commands take it. */
export const templateInFile = z.codec(parts, z.custom<TemplateInput>(), {
  decode: (file) => ({
    settings: {
      name: file.name,
      summary: file.summary,
      dailyLeadsTarget: file.daily_leads_target,
      approvalMode: file.approval_mode,
    },
    content: {
      language: file.language,
      steps: file.steps,
      schedule: {
        zone: file.timezone,
        weekdays: file.schedule.days,
        blocks: file.schedule.hours,
        holidays: file.schedule.holidays,
      },
      linkedIn: file.linkedin_behaviour,
      sender: { name: file.sender.name, jobTitle: file.sender.job_title },
      aiVariables: file.ai_variables,
    },
  }),
  encode: ({ settings, content }) => ({
    name: settings.name,
    summary: settings.summary,
    language: content.language,
    timezone: content.schedule.zone,
    daily_leads_target: settings.dailyLeadsTarget,
    approval_mode: settings.approvalMode,
    schedule: {
      days: [...content.schedule.weekdays],
      hours: [...content.schedule.blocks],
      holidays: [...content.schedule.holidays],
    },
    sender: { name: content.sender.name, job_title: content.sender.jobTitle },
    linkedin_behaviour: content.linkedIn,
    ai_variables: [...content.aiVariables],
    steps: [...content.steps],
  }),
});

/** A file as it is written, read as the commands take it. */
export const templateFile = z.strictObject(templateFields).pipe(templateInFile);

/**
 * A template file from anywhere. Throws `Refusal` ('invalid') naming every place: "steps[2].delay.value: expected …".
 */
export function parseTemplateFile(json: unknown): TemplateInput {
  const parsed = templateFile.safeParse(json);
  const problems: Problem[] = parsed.success
    ? checkVariables(parsed.data.content)
    : parsed.error.issues.map(({ path, message }) => ({ path: pathOf(path), what: message }));
  if (parsed.success && problems.length === 0) return parsed.data;
  const lines = problems.map((problem) => `  ${printedPlace(problem.path)}: ${problemText(problem)}`);
  throw new Refusal('invalid', `the template file has ${problems.length} problem(s):\n${lines.join('\n')}`, problems);
}

/** As people write it: `steps[2].delay`. */
const printedPlace = (path: Path): string =>
  path.map((part, depth) => (typeof part === 'number' ? `[${part}]` : depth === 0 ? part : `.${part}`)).join('');

/** Where the file has another name for a field than the domain. */
const namesInFile: Readonly<Record<string, string>> = {
  dailyLeadsTarget: 'daily_leads_target',
  approvalMode: 'approval_mode',
  weekdays: 'days',
  blocks: 'hours',
  jobTitle: 'job_title',
  linkedIn: 'linkedin_behaviour',
  maxWaitDays: 'max_wait_days',
  aiVariables: 'ai_variables',
  maxCharacters: 'max_characters',
  newThread: 'new_thread',
  quoteHistory: 'quote_history',
  assignee: 'assignee_id',
};

/** The same problems, at their places in the file. */
export const inFile = (problems: readonly Problem[]): Problem[] =>
  problems.map((problem) => ({ ...problem, path: pathInFile(problem.path) }));

const pathInFile = (path: Path): Path =>
  path[0] === 'schedule' && path[1] === 'zone' ? ['timezone'] : path.map((name) => namesInFile[name] ?? name);
