import { type Identity, identify } from './lead-identity.ts';
import { isVariableName } from './message.ts';
import type { Problem } from './problem.ts';

/** What a proposed contact may be told of, in the words of files and of the API. */
export const leadFields = [
  'email',
  'linkedin_url',
  'first_name',
  'last_name',
  'job_title',
  'company',
  'linkedin_headline',
  'recent_activity',
  'company_industry',
  'company_size',
  'company_tech_stack',
  'company_news',
  'company_funding',
] as const;
export type LeadField = (typeof leadFields)[number];

/** One proposed contact as it was written; templates name `custom` ones `{{custom.key}}`. */
export type LeadCells = { readonly [F in LeadField]?: string | undefined } & {
  readonly custom?: Readonly<Record<string, string>> | undefined;
};

const MOST_CUSTOM = 50;
const LONGEST_VALUE = 5_000;

/** What cannot be kept of a lead: the field, the value and the expectation; null when all can. */
export function problemOfCells({ custom = {}, ...fields }: LeadCells): Problem | null {
  const keys = Object.keys(custom);
  const path = ['custom'];
  if (keys.length > MOST_CUSTOM) return { path, what: `${keys.length} fields, expected at most ${MOST_CUSTOM}` };
  const bad = keys.find((key) => !isVariableName(key));
  if (bad !== undefined) {
    const told = JSON.stringify(bad.slice(0, 64));
    return { path, what: `${told} is no field name, expected lower-case letters, digits and _, a letter first` };
  }
  for (const [name, value] of Object.entries(flatCells({ ...fields, custom }))) {
    if (value.length > LONGEST_VALUE)
      return { path: [name], what: `has ${value.length} characters, expected at most ${LONGEST_VALUE}` };
    if (/[\0\p{Surrogate}]/u.test(value))
      return { path: [name], what: 'must not hold U+0000 or half a surrogate pair' };
  }
  return null;
}

/** Whom it is about. */
export const identityOfCells = ({ email, linkedin_url: profile }: LeadCells): Identity => identify({ email, profile });

/** By the names that templates use: `first_name`, `custom.region`. */
export function flatCells({ custom = {}, ...fields }: LeadCells): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) flat[name] = value;
  for (const [key, value] of Object.entries(custom)) flat[`custom.${key}`] = value;
  return flat;
}

/** The way back. */
export function cellsOf(flat: Readonly<Record<string, string>>): LeadCells {
  const custom: Record<string, string> = {};
  const cells: { [F in LeadField]?: string } = {};
  for (const [name, value] of Object.entries(flat))
    if (name.startsWith('custom.')) custom[name.slice('custom.'.length)] = value;
    else if (isLeadField(name)) cells[name] = value;
  return Object.keys(custom).length === 0 ? cells : { ...cells, custom };
}

const isLeadField = (name: string): name is LeadField => leadFields.some((field) => field === name);
