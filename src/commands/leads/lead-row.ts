import type { LeadCells } from '../../domain/lead-cells.ts';
import type { LeadRow } from './import-leads.ts';

/** A proposed contact as the commands name its parts. What is left out or blank stays out: it changes nothing. */
export function rowOf({ linkedin_url, custom = {}, ...fields }: LeadCells): LeadRow {
  const { email, first_name, last_name, job_title, company, linkedin_headline, recent_activity, ...context } = fields;
  const named = {
    email,
    profile: linkedin_url,
    firstName: first_name,
    lastName: last_name,
    jobTitle: job_title,
    company,
    linkedinHeadline: linkedin_headline,
    recentActivity: recent_activity,
  };
  const row: LeadRow = { companyContext: filled(context), custom: filled(custom) };
  return Object.assign(row, filled(named));
}

function filled(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined && value.trim() !== '') kept[name] = value.trim();
  return kept;
}

/** The commands call the field by their own name; files and the API by theirs. */
export const inFileWords = (problem: string | null): string | null =>
  problem?.replace(/^profile:/, 'linkedin_url:') ?? null;
