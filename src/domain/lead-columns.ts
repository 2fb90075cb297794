import { type LeadCells, type LeadField, leadFields } from './lead-cells.ts';
import { isVariableName } from './message.ts';
import { UnreadableCsv } from './unreadable-csv.ts';

/** What people call our fields in their spreadsheets; compared in lower case, anything but letters and digits as "_". */
const aliases: Record<LeadField, readonly string[]> = {
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

const fieldOf = new Map<string, LeadField>();
for (const field of leadFields) for (const name of [field, ...aliases[field]]) fieldOf.set(name, field);

/** Where a column goes: one of our fields, or a custom one by its key. */
export type Column = { kind: 'field'; field: LeadField } | { kind: 'custom'; key: string } | { kind: 'ignored' };

/**
 * What each column of the header means; what we do not know becomes a custom field, a column without a name is left out.
 * Throws `UnreadableCsv` for a header that says something twice or names nobody.
 */
export function columnsOf(header: readonly string[]): Column[] {
  const columns = header.map(columnOf);
  checkColumns(columns, header);
  return columns;
}

/** What to ask a person about: as `columnsOf`, but what is said a second time is left out. */
export function suggestedColumns(header: readonly string[]): Column[] {
  const seen = new Set<string | null>();
  return header.map((name) => {
    const column = columnOf(name);
    if (seen.has(columnName(column))) return { kind: 'ignored' };
    seen.add(columnName(column));
    return column;
  });
}

/** As templates and files call it: `email`, `custom.region`; null for one that is left out. */
export const columnName = (column: Column): string | null =>
  column.kind === 'field' ? column.field : column.kind === 'custom' ? `custom.${column.key}` : null;

/** The column of that name; null when there is none such. */
export function columnNamed(name: string | null): Column | null {
  if (name === null) return { kind: 'ignored' };
  const field = leadFields.find((each) => each === name);
  if (field) return { kind: 'field', field };
  const key = name.startsWith('custom.') ? name.slice('custom.'.length) : '';
  return isVariableName(key) ? { kind: 'custom', key } : null;
}

/** Throws `UnreadableCsv` where columns say something twice, or none of them says who it is. */
export function checkColumns(columns: readonly Column[], header: readonly string[]): void {
  const seen = new Map<string, number>();
  for (const [index, column] of columns.entries()) {
    const name = columnName(column);
    if (name === null) continue;
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
}

function columnOf(name: string): Column {
  const field = fieldOf.get(plainName(name));
  if (field) return { kind: 'field', field };
  const key = customKeyOf(name);
  return key === null ? { kind: 'ignored' } : { kind: 'custom', key };
}

/** The custom field that a column of that name becomes; null where the name says nothing. */
export function customKeyOf(name: string): string | null {
  const plain = plainName(name);
  if (plain === '') return null;
  const key = (isVariableName(plain) ? plain : `field_${plain}`).slice(0, 64);
  return isVariableName(key) ? key : null;
}

/** Of a column's name, before it is taken apart: that costs the square of a run of accents. */
const LONGEST_NAME = 300;

/** "Favourite Tool (2026)" → "favourite_tool_2026". */
const plainName = (name: string) =>
  name
    .slice(0, LONGEST_NAME)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');

/** One row of the file; blank cells are left out. */
export function leadOf(columns: readonly Column[], cells: readonly string[]): LeadCells {
  const row: { [F in LeadField]?: string } = {};
  const custom: Record<string, string> = {};
  for (const [index, column] of columns.entries()) {
    const cell = cells[index]?.trim() ?? '';
    if (cell === '') continue;
    if (column.kind === 'field') row[column.field] = cell;
    if (column.kind === 'custom') custom[column.key] = cell;
  }
  return Object.keys(custom).length === 0 ? row : { ...row, custom };
}
