import { render } from '../message.ts';
import { meansNothing } from '../no-value.ts';
import type { TemplateStep } from '../template.ts';
import { checkCopy, checkLengths } from './copy-checks.ts';
import type { StepContent } from './step-content.ts';
import { checkValues } from './value-checks.ts';
import type { Material } from './woven.ts';

/** The contact as far as templates speak of one. */
interface ContactFacts {
  firstName: string | null;
  lastName: string | null;
  jobTitle: string | null;
  company: string | null;
  linkedinHeadline: string | null;
  recentActivity: string | null;
  companyContext: Readonly<Record<string, string>>;
  custom: Readonly<Record<string, string>>;
}

/** Every value a template may name, by variable name; what is unknown, blank or a word for that ("N/A") is absent. Design 7. */
export function factsAbout(
  contact: ContactFacts,
  sender: { name: string; jobTitle: string | null },
): Map<string, string> {
  const names = [contact.firstName, contact.lastName].filter((name) => name !== null && !meansNothing(name));
  const named: [string, string | null][] = [
    ['first_name', contact.firstName],
    ['last_name', contact.lastName],
    ['full_name', names.join(' ')],
    ['job_title', contact.jobTitle],
    ['company', contact.company],
    ['linkedin_headline', contact.linkedinHeadline],
    ['recent_activity', contact.recentActivity],
    ['sender_name', sender.name],
    ['sender_first_name', sender.name.split(' ')[0] ?? null],
    ['sender_job_title', sender.jobTitle],
    ...Object.entries(contact.companyContext),
    ...Object.entries(contact.custom).map(([key, value]): [string, string] => [`custom.${key}`, value]),
  ];
  const facts = new Map<string, string>();
  for (const [name, value] of named) if (value !== null && !meansNothing(value)) facts.set(name, value);
  return facts;
}

/** What a step will say, and why it does not go out before a person has completed it: both lists are empty where it may. */
export interface WrittenStep {
  content: StepContent;
  /** Variables with neither value nor default. */
  missing: string[];
  /** What is too long, what the checks of generated copy found, and values that nobody would send. */
  problems: string[];
}

/** A step of the template with everything known filled in, and its generated parts checked. Design 7. */
export function writeStep(step: TemplateStep, material: Material): WrittenStep {
  const facts = new Map(material.facts);
  for (const [name, { value }] of Object.entries(material.ai)) if (value !== null) facts.set(name, value);
  const { content, missing } = renderStep(step, facts);
  const tooLong = checkLengths(content);
  // What is too long is written anew whatever it says, and is as long as values and their number make it.
  const problems = tooLong.length > 0 ? tooLong : [...checkValues(step, material), ...checkCopy(step, material)];
  return { content, missing, problems };
}

/** A step of the template, said to one contact; `missing` names the variables with neither value nor default. */
export function renderStep(
  step: TemplateStep,
  facts: ReadonlyMap<string, string>,
): { content: StepContent; missing: string[] } {
  const missing = new Set<string>();
  const values = Object.fromEntries(facts);
  const fill = (text: string, where: 'header' | 'none' = 'none') => {
    const rendered = render(text, values, where);
    for (const name of rendered.missing) missing.add(name);
    return rendered.text;
  };
  const content = ((): StepContent => {
    switch (step.kind) {
      case 'email':
        return { kind: 'email', subject: fill(step.subject, 'header'), body: fill(step.body) };
      case 'linkedin_message':
        return { kind: 'linkedin_message', body: fill(step.body) };
      case 'linkedin_invitation':
        return { kind: 'linkedin_invitation', note: step.note === null ? null : fill(step.note) };
      case 'manual_task':
        return {
          kind: 'manual_task',
          task: step.task,
          title: fill(step.title, 'header'),
          instructions: fill(step.instructions),
          assignee: step.assignee,
        };
    }
  })();
  return { content, missing: [...missing] };
}
