import type { LeadRowSent } from '../api/shapes/leads.ts';
import { isVariableName } from '../domain/message.ts';
import { UnreadableCsv } from './csv.ts';

type Field = Exclude<keyof LeadRowSent, 'custom'>;

/** What people call our fields in their spreadsheets; compared in lower case, anything but letters and digits as "_". */
const aliases: Record<Field, readonly string[]> = {
  email: ['e_mail', 'mail', 'email_address', 'work_email', 'business_email', 'adresse_e_mail'],
  linkedin_url: [
    'linkedin',
    'linkedin_profile',
    'linkedin_profile_url',
    'person_linkedin_url',
    'profile',
    'profile_url',
  ],
  first_name: ['firstname', 'given_name', 'prenom', 'vorname'],
  last_name: ['lastname', 'surname', 'family_name', 'nom', 'nachname'],
  job_title: ['title', 'jobtitle', 'position', 'role', 'poste'],
  company: [
    'company_name',
    'organisation',
    'organization',
    'account',
    'account_name',
    'employer',
    'entreprise',
    'firma',
  ],
  linkedin_headline: ['headline'],
  recent_activity: ['activity', 'last_activity'],
  company_industry: ['industry', 'sector'],
  company_size: ['size', 'employees', 'employee_count', 'number_of_employees', 'headcount'],
  company_tech_stack: ['tech_stack', 'technologies', 'stack'],
  company_news: ['news', 'news_mentions'],
  company_funding: ['funding', 'funding_history'],
};

const fieldOf = new Map<string, Field>();
for (const [field, names] of entries(aliases)) for (const name of [field, ...names]) fieldOf.set(name, field);

/** Where a column goes: one of our fields, or a custom one by its key. */
export type Column = { kind: 'field'; field: Field } | { kind: 'custom'; key: string } | { kind: 'ignored' };

/**
 * What each column of the header means; what we do not know becomes a custom field, a column without a name is left out.
 * Throws `UnreadableCsv` for a header that says something twice or names nobody.
 */
export function columnsOf(header: readonly string[]): Column[] {
  const columns = header.map(columnOf);
  const seen = new Map<string, number>();
  for (const [index, column] of columns.entries()) {
    if (column.kind === 'ignored') continue;
    const name = column.kind === 'field' ? column.field : `custom.${column.key}`;
    const before = seen.get(name);
    if (before !== undefined)
      throw new UnreadableCsv(
        `the header says ${name} twice: column ${before + 1} (${JSON.stringify(header[before])}) and column ${index + 1} (${JSON.stringify(header[index])})`,
      );
    seen.set(name, index);
  }
  if (!seen.has('email') && !seen.has('linkedin_url'))
    throw new UnreadableCsv(
      `the header has neither an email nor a linkedin_url column, only: ${header
        .map((name) => name.trim())
        .join(', ')
        .slice(0, 200)}`,
    );
  return columns;
}

function columnOf(name: string): Column {
  const plain = plainName(name);
  if (plain === '') return { kind: 'ignored' };
  const field = fieldOf.get(plain);
  if (field) return { kind: 'field', field };
  const key = (isVariableName(plain) ? plain : `field_${plain}`).slice(0, 64);
  return isVariableName(key) ? { kind: 'custom', key } : { kind: 'ignored' };
}

/** "Favourite Tool (2026)" → "favourite_tool_2026". */
const plainName = (name: string) =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');

/** One row of the file as the API takes it; blank cells are left out. */
export function leadOf(columns: readonly Column[], cells: readonly string[]): LeadRowSent {
  const row: LeadRowSent = {};
  const custom: Record<string, string> = {};
  for (const [index, column] of columns.entries()) {
    const cell = cells[index]?.trim() ?? '';
    if (cell === '') continue;
    if (column.kind === 'field') row[column.field] = cell;
    if (column.kind === 'custom') custom[column.key] = cell;
  }
  return Object.keys(custom).length === 0 ? row : { ...row, custom };
}

function entries<K extends string, V>(record: Record<K, V>): [K, V][] {
  const pairs: [K, V][] = [];
  for (const key in record) pairs.push([key, record[key]]);
  return pairs;
}
