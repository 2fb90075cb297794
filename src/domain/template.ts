import type { MemberId, StepId } from './ids.ts';
import { checkMessage, STANDARD_VARIABLES } from './message.ts';
import { type Name, type Problem, within } from './problem.ts';
import type { Delay, SendingSchedule } from './schedule.ts';
import { checkSchedule } from './schedule-problems.ts';

export const templateStatuses = ['PENDING_SETUP', 'ACTIVE', 'INACTIVE', 'FINISHING', 'ARCHIVED'] as const;
export type TemplateStatus = (typeof templateStatuses)[number];

/** Design 2. */
export const templateMoves: Record<TemplateStatus, readonly TemplateStatus[]> = {
  PENDING_SETUP: ['ACTIVE', 'ARCHIVED'],
  ACTIVE: ['INACTIVE', 'FINISHING', 'ARCHIVED'],
  INACTIVE: ['ACTIVE', 'FINISHING', 'ARCHIVED'],
  FINISHING: ['ARCHIVED'],
  ARCHIVED: [],
};

export const editableTemplates: readonly TemplateStatus[] = ['PENDING_SETUP', 'ACTIVE', 'INACTIVE'];

export const manualTaskKinds = ['call', 'handwritten_note', 'manual_email', 'other'] as const;
export type ManualTaskKind = (typeof manualTaskKinds)[number];

interface StepBase {
  id: StepId;
  /** What people call the step: "Follow-up". Problems name it. */
  name: string;
  /** From the moment the previous step was finished; null for the first step only. Design 4. */
  delay: Delay | null;
}

export interface EmailStep extends StepBase {
  kind: 'email';
  /** Ignored while the email answers in the thread. */
  subject: string;
  body: string;
  /** A reply in the sequence's thread (Re: subject) unless it starts a new one. */
  newThread: boolean;
  /** Shows the last email of the thread below, as a person's mail software does. Absent: no. */
  quoteHistory?: boolean;
}

interface LinkedInMessageStep extends StepBase {
  kind: 'linkedin_message';
  body: string;
}

interface LinkedInInvitationStep extends StepBase {
  kind: 'linkedin_invitation';
  /** At most 300 characters after rendering; null invites without a note. */
  note: string | null;
}

interface ManualTaskStep extends StepBase {
  kind: 'manual_task';
  task: ManualTaskKind;
  title: string;
  instructions: string;
  /** null: the campaign's owner. */
  assignee: MemberId | null;
}

export type TemplateStep = EmailStep | LinkedInMessageStep | LinkedInInvitationStep | ManualTaskStep;

export interface AiVariable {
  name: string;
  prompt: string;
  /** What is written where nothing better can be; null: a person completes the copy. */
  fallback: string | null;
  /** The longest value that is taken; absent: 500. */
  maxCharacters?: number;
}

const MAX_AI_CHARACTERS = 2_000;
const MAX_PROMPT_CHARACTERS = 2_000;
export const USUAL_AI_CHARACTERS = 500;

export const mostCharactersOf = ({ maxCharacters = USUAL_AI_CHARACTERS }: Pick<AiVariable, 'maxCharacters'>): number =>
  maxCharacters;

/** SKIP goes on without the message; DELAY waits for the connection, at most `maxWaitDays` from the step's first run. */
export type LinkedInBehaviour = { kind: 'SKIP' } | { kind: 'DELAY'; maxWaitDays: number };

/** Everything one template version holds; immutable once written. Design 1. */
export interface TemplateContent {
  language: string | null;
  steps: readonly TemplateStep[];
  schedule: SendingSchedule;
  linkedIn: LinkedInBehaviour;
  sender: { name: string; jobTitle: string | null };
  aiVariables: readonly AiVariable[];
}

export type ApprovalMode = 'AUTOPILOT' | 'MANUAL_REVIEW';

/** What acts at once, without a new version. Design 2. */
export interface TemplateSettings {
  name: string | null;
  summary: string | null;
  dailyLeadsTarget: number;
  approvalMode: ApprovalMode;
}

export const MAX_STEPS = 50;
export const MAX_NOTE_CHARACTERS = 300;
const MAX_WAIT_DAYS = 90;
export const MAX_BODY_CHARACTERS = 20_000;
export const MAX_SUBJECT_CHARACTERS = 250;
export const MAX_LINKEDIN_CHARACTERS = 8_000;
export const MAX_TITLE_CHARACTERS = 200;

/** Every problem that keeps a template from being activated, in the order of the page. Design 2. */
export function checkTemplate(content: TemplateContent, settings: TemplateSettings): Problem[] {
  const allowed = allowedVariables(content.aiVariables);
  return [
    ...checkSettings(settings),
    ...checkSteps(content.steps, allowed),
    ...within(['schedule'], checkSchedule(content.schedule)).map((problem) => ({ ...problem, place: ['schedule'] })),
    ...checkLinkedIn(content.linkedIn),
    ...checkSender(content),
    ...checkAiVariables(content.aiVariables),
  ];
}

/**
 * What `{{…}}` cannot mean, in any text of the template. Asked at every save, also of a draft: a name that does not
 * exist is a slip of the pen, not something to be filled in later. Design 7.
 */
export function checkVariables({ steps, aiVariables }: TemplateContent): Problem[] {
  const allowed = allowedVariables(aiVariables);
  return steps.flatMap((step, index) =>
    textsOf(step, false).flatMap(({ field, text }) =>
      checkMessage(text, allowed).map((what) => ({ path: ['steps', index, field], what })),
    ),
  );
}

/** The names that `{{…}}` may use: the standard ones and the template's own; `custom.*` is always allowed. */
function allowedVariables(aiVariables: readonly AiVariable[]): ReadonlySet<string> {
  return new Set<string>([...STANDARD_VARIABLES, ...aiVariables.map(({ name }) => name)]);
}

function checkSettings({ name, dailyLeadsTarget }: TemplateSettings): Problem[] {
  const problems: Problem[] = [];
  if (name === null || name.trim() === '')
    problems.push({ path: ['name'], place: ['name'], what: 'a template needs a name before it is activated' });
  if (!Number.isInteger(dailyLeadsTarget) || dailyLeadsTarget < 1 || dailyLeadsTarget > 10_000)
    problems.push({
      path: ['dailyLeadsTarget'],
      place: ['daily leads target'],
      what: `must be a whole number from 1 to 10000, got ${dailyLeadsTarget}`,
    });
  return problems;
}

function checkSteps(steps: readonly TemplateStep[], allowed: ReadonlySet<string>): Problem[] {
  const [path, place] = [['steps'], ['steps']];
  if (steps.length === 0) return [{ path, place, what: 'a template needs at least one step' }];
  const problems: Problem[] = [];
  if (steps.length > MAX_STEPS) problems.push({ path, place, what: `at most ${MAX_STEPS}, got ${steps.length}` });
  const seen = new Set<StepId>();
  let emailBefore = false;
  for (const [index, step] of steps.entries()) {
    const at = (field: string, what: string) =>
      problems.push({ path: ['steps', index, field], place: [nameOf(step, index)], what });
    if (seen.has(step.id)) at('id', `its id ${step.id} is used by an earlier step`);
    seen.add(step.id);
    for (const what of delayProblems(step.delay, index)) at('delay', what);
    problems.push(...contentProblems(step, index, emailBefore, allowed));
    emailBefore ||= step.kind === 'email';
  }
  return problems;
}

const longestWait = {
  business_days: MAX_WAIT_DAYS,
  days: MAX_WAIT_DAYS,
  hours: MAX_WAIT_DAYS * 24,
  minutes: MAX_WAIT_DAYS * 1440,
};

function delayProblems(delay: Delay | null, index: number): string[] {
  if (index === 0) return delay === null ? [] : [`the first step has no wait, got ${delay.value} ${delay.unit}`];
  if (delay === null) return ['wait is missing'];
  const longest = longestWait[delay.unit];
  if (Number.isInteger(delay.value) && delay.value >= 0 && delay.value <= longest) return [];
  return [`wait must be 0–${longest} ${delay.unit.replace('_', ' ')}, got ${delay.value}`];
}

const nameOf = ({ name }: TemplateStep, index: number): Name => ({ noun: 'step', number: index + 1, name });

interface Text {
  field: 'subject' | 'body' | 'note' | 'title' | 'instructions';
  text: string;
  /** Characters. */
  most: number;
  needed: boolean;
}

/** The texts of a step in which variables may stand. */
function textsOf(step: TemplateStep, emailBefore: boolean): Text[] {
  switch (step.kind) {
    case 'email':
      return [
        { field: 'subject', text: step.subject, most: MAX_SUBJECT_CHARACTERS, needed: step.newThread || !emailBefore },
        { field: 'body', text: step.body, most: MAX_BODY_CHARACTERS, needed: true },
      ];
    case 'linkedin_message':
      return [{ field: 'body', text: step.body, most: MAX_LINKEDIN_CHARACTERS, needed: true }];
    case 'linkedin_invitation':
      return step.note === null ? [] : [{ field: 'note', text: step.note, most: MAX_NOTE_CHARACTERS, needed: false }];
    case 'manual_task':
      return [
        { field: 'title', text: step.title, most: MAX_TITLE_CHARACTERS, needed: true },
        { field: 'instructions', text: step.instructions, most: MAX_BODY_CHARACTERS, needed: false },
      ];
  }
}

const contentProblems = (
  step: TemplateStep,
  index: number,
  emailBefore: boolean,
  allowed: ReadonlySet<string>,
): Problem[] =>
  textsOf(step, emailBefore).flatMap(({ field, text, most, needed }): Problem[] => {
    const path = ['steps', index, field];
    const place = [nameOf(step, index)];
    return [
      ...(needed && text.trim() === '' ? [{ path, place, what: [{ field }, ' is empty'] }] : []),
      ...(text.length > most
        ? [{ path, place, what: [{ field }, ` has ${text.length} characters, at most ${most}`] }]
        : []),
      ...checkMessage(text, allowed).map((what) => ({ path, place: [...place, field], what })),
    ];
  });

function checkLinkedIn(behaviour: LinkedInBehaviour): Problem[] {
  if (behaviour.kind === 'SKIP') return [];
  const { maxWaitDays } = behaviour;
  if (Number.isInteger(maxWaitDays) && maxWaitDays >= 1 && maxWaitDays <= MAX_WAIT_DAYS) return [];
  return [
    {
      path: ['linkedIn', 'maxWaitDays'],
      place: ['LinkedIn behaviour'],
      what: `wait must be 1–${MAX_WAIT_DAYS} days, got ${maxWaitDays}`,
    },
  ];
}

function checkSender({ sender, steps }: TemplateContent): Problem[] {
  const sends = steps.some(({ kind }) => kind === 'email');
  if (!sends || sender.name.trim() !== '') return [];
  const what = 'a template with emails needs the name they are sent under';
  return [{ path: ['sender', 'name'], place: ['sender'], what }];
}

function checkAiVariables(variables: readonly AiVariable[]): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>(STANDARD_VARIABLES);
  for (const [index, variable] of variables.entries()) {
    const { name, prompt, fallback } = variable;
    const at = (field: string, what: string) =>
      problems.push({ path: ['aiVariables', index, field], place: [{ noun: 'AI variable', name }], what });
    if (!/^[a-z][a-z0-9_]{0,63}$/.test(name))
      at('name', 'a name is lower-case letters, digits and _, at most 64 characters');
    if (seen.has(name)) at('name', 'this name is taken');
    seen.add(name);
    if (prompt.trim() === '') at('prompt', 'prompt is empty');
    if (prompt.length > MAX_PROMPT_CHARACTERS)
      at('prompt', `prompt has ${prompt.length} characters, at most ${MAX_PROMPT_CHARACTERS}`);
    const most = mostCharactersOf(variable);
    if (!Number.isInteger(most) || most < 1 || most > MAX_AI_CHARACTERS)
      at('maxCharacters', `the longest value must have 1–${MAX_AI_CHARACTERS} characters, got ${most}`);
    else if (fallback !== null && fallback.length > most)
      at('fallback', `fallback has ${fallback.length} characters, its longest value ${most}`);
    if (fallback !== null && /\{\{|\}\}/.test(fallback))
      at('fallback', 'fallback is said as it stands, so without {{…}}');
  }
  return problems;
}
