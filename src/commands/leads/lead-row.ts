import { type LeadCells, type LeadField, leadFields } from '../../domain/lead-cells.ts';
import { lineOf, type Problem } from '../../domain/problem.ts';
import type { LeadRow } from './import-leads.ts';

/** What files and the API call a part of a proposed contact, by what the commands call it. */
const cells = {
  email: 'email',
  profile: 'linkedin_url',
  firstName: 'first_name',
  lastName: 'last_name',
  jobTitle: 'job_title',
  company: 'company',
  linkedinHeadline: 'linkedin_headline',
  recentActivity: 'recent_activity',
} as const satisfies Record<Exclude<keyof LeadRow, 'companyContext' | 'custom'>, LeadField>;

const named: readonly LeadField[] = Object.values(cells);

/** A proposed contact as the commands name its parts. What is left out or blank stays out: it changes nothing. */
export function rowOf({ custom = {}, ...given }: LeadCells): LeadRow {
  const parts = Object.entries(cells).map(([name, cell]) => [name, given[cell]] as const);
  const context = leadFields.filter((cell) => !named.includes(cell)).map((cell) => [cell, given[cell]] as const);
  const row: LeadRow = { companyContext: filled(context), custom: filled(Object.entries(custom)) };
  return Object.assign(row, filled(parts));
}

function filled(fields: readonly (readonly [string, string | undefined])[]): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of fields) if (value !== undefined && value.trim() !== '') kept[name] = value.trim();
  return kept;
}

/** For who wrote the row: the field by the name it has in files and in the API. */
export function inFileWords({ path, ...problem }: Problem): string {
  const cellNames: Readonly<Record<string, string>> = cells;
  return lineOf({ ...problem, path: path.map((name) => cellNames[name] ?? name) });
}
