import { DAY_MS } from '../durations.ts';
import { instantText } from '../instant-text.ts';
import type { Problem } from '../problem.ts';
import { localDate, nextInstant } from '../schedule.ts';
import type { TemplateContent } from '../template.ts';

/** Whom a preview is for where nobody is chosen: everything that templates may ask of a contact is known of them. */
export const sampleContact = {
  firstName: 'Alex',
  lastName: 'Sample',
  jobTitle: 'Head of Operations',
  company: 'Example Works',
  linkedinHeadline: 'Head of Operations at Example Works',
  recentActivity: 'wrote about shorter delivery times',
  companyContext: {
    company_industry: 'Manufacturing',
    company_size: '51–200',
    company_tech_stack: 'PostgreSQL, React',
    company_news: 'opened a second plant',
    company_funding: 'Series A',
  },
  custom: {},
};

/** When a step would go. */
export interface PlannedStep {
  /** Calendar days since the first step. */
  day: number;
  /** Epoch ms. */
  at: number;
  /** "Day 3, Wed 25 Nov 09:00", in the template's zone. */
  text: string;
}

/**
 * When each step would go if the sequence began at `start` (epoch ms) and nothing came in between; without the jitter,
 * which is nobody's plan. null while delays or schedule have `problems`. Design 4.
 */
export function planSteps(
  { steps, schedule }: TemplateContent,
  problems: readonly Problem[],
  start: number,
): PlannedStep[] | null {
  if (problems.some(({ path: [part, , field] }) => part === 'schedule' || (part === 'steps' && field === 'delay')))
    return null;
  const { zone } = schedule;
  const planned: PlannedStep[] = [];
  let [base, dayZero] = [start, 0];
  for (const { delay } of steps) {
    const at = nextInstant(base, delay, schedule);
    const today = Date.parse(localDate(at, zone)) / DAY_MS;
    if (planned.length === 0) dayZero = today;
    planned.push({ day: today - dayZero, at, text: `Day ${today - dayZero}, ${clockText(at, zone)}` });
    base = at;
  }
  return planned;
}

/**
 * When each step after the one at `position` (from 0) would go, in their order, if that one went at `at` (epoch ms) and
 * nothing came in between. Throws UnknownZone and NoPermittedInstant. Design 4.
 */
export function planRest(
  { steps, schedule }: Pick<TemplateContent, 'steps' | 'schedule'>,
  position: number,
  at: number,
): number[] {
  let base = at;
  return steps.slice(position + 1).map(({ delay }) => {
    base = nextInstant(base, delay, schedule);
    return base;
  });
}

/** "Wed 25 Nov 09:00": beside other days of the same zone, which need not be told again. */
const clockText = (at: number, zone: string): string =>
  instantText(at, zone).replace(` (${zone})`, '').replace(',', '');
