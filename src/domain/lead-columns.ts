import { readAddressCell, readProfileCell } from './identity-cell.ts';
import { type LeadCells, type LeadField, leadFields } from './lead-cells.ts';
import { type ColumnRole, columnNames, companyWords, contextWords, optedOutWords } from './lead-column-names.ts';
import { isVariableName } from './message.ts';
import { meansNothing } from './no-value.ts';
import { UnreadableCsv } from './unreadable-csv.ts';

/**
 * Where a column goes: one of our fields, a custom one by its key, the two names in one, or the word that somebody is to
 * be left alone.
 */
export type Column =
  | { kind: 'field'; field: LeadField }
  | { kind: 'full_name' }
  | { kind: 'opt_out' }
  | { kind: 'custom'; key: string }
  | { kind: 'ignored' };

const columnOfRole = (role: ColumnRole): Column =>
  role === 'full_name' || role === 'opt_out' ? { kind: role } : { kind: 'field', field: role };

/**
 * What each column of the header means; what we do not know becomes a custom field, a column without a name is left out.
 * The first values of each column help, where they are given. Throws `UnreadableCsv` for a header that says something twice
 * or names nobody.
 */
export function columnsOf(header: readonly string[], samples: readonly (readonly string[])[] = []): Column[] {
  const columns = understood(header, samples);
  checkColumns(columns, header);
  return columns;
}

/**
 * What to ask a person about: as `columnsOf`, but what is said a second time is custom, and the first values of each column
 * help: one without any is left out, a column of addresses is the email, whatever it is called, and a column "LinkedIn" of company pages is nobody's.
 */
export function suggestedColumns(header: readonly string[], samples: readonly (readonly string[])[] = []): Column[] {
  const columns = understood(header, samples);
  const seen = new Set<string | null>();
  return columns.map((column, index) => {
    if (column.kind === 'custom' && samples[index]?.every(meansNothing)) return { kind: 'ignored' };
    const isRepeated = column.kind !== 'opt_out' && seen.has(columnName(column));
    const own: Column = isRepeated ? customOf(header[index] ?? '') : column;
    if (isRepeated && (seen.has(columnName(own)) || samples[index]?.every(meansNothing))) return { kind: 'ignored' };
    seen.add(columnName(own));
    return own;
  });
}

/** By names and by values, whether or not two say the same. */
function understood(header: readonly string[], samples: readonly (readonly string[])[]): Column[] {
  const named = readNames(header).map((found, index) => provedBy(found, header[index] ?? '', samples[index] ?? []));
  const columns = clearestOf(named, header);
  findIdentity(columns, 'email', samples, (cell) => cell.includes('@') && readAddressCell(cell).email !== null);
  findIdentity(columns, 'linkedin_url', samples, isProfileAddress);
  return columns;
}

const isProfileAddress = (cell: string) => /linkedin\.com/i.test(cell) && readProfileCell(cell).profile !== null;

/** Whether a line names columns: one of them is somebody's address, profile or name, and none is a value of one. */
export const isHeader = (cells: readonly string[]): boolean =>
  cells.some((cell) => HEADS.has(roleOf(cell)?.role ?? 'opt_out')) && !cells.some((cell) => cell.includes('@'));

const HEADS: ReadonlySet<ColumnRole> = new Set(['email', 'linkedin_url', 'first_name', 'last_name', 'full_name']);

interface NamedColumn {
  column: Column;
  /** null: nothing of ours. 2: says it and nothing else. 1: says it where nothing clearer is there. */
  strength: 1 | 2 | null;
}

const readNames = (header: readonly string[]): NamedColumn[] =>
  header.map((name) => {
    const found = roleOf(name);
    return found
      ? { column: columnOfRole(found.role), strength: found.strength }
      : { column: customOf(name), strength: null };
  });

const strengths = new Map<string, { role: ColumnRole; strength: 1 | 2 }>();
for (const role of [...leadFields, 'full_name', 'opt_out'] as const) {
  for (const name of columnNames[role].weak) strengths.set(name, { role, strength: 1 });
  // A column that is called as the field itself says it more plainly than any other.
  for (const name of [role, ...columnNames[role].clear])
    strengths.set(name, { role, strength: name === 'email' ? 1 : 2 });
}

function roleOf(name: string): { role: ColumnRole; strength: 1 | 2 } | null {
  const plain = plainName(name);
  const exact = strengths.get(plain);
  if (exact) return exact;
  const words = plain.split('_');
  if (OPT_OUT.test(plain)) return { role: 'opt_out', strength: 2 };
  const own = words.filter((word) => !contextWords.has(word) && !/^\d$/.test(word));
  const found = strengths.get(own.join('_'));
  // A word for the company makes it the company's: its industry, size or news, and nobody's address.
  const isCompanys = own.some((word) => companyWords.has(word));
  if (found && (!isCompanys || found.role === 'company')) return { ...found, strength: 1 };
  if (isCompanys || own.some((word) => ABOUT_COMPANIES.has(word))) return companysRole(own);
  return null;
}

/** "Opted out of email: newsletters": of whatever list. */
const OPT_OUT = /^(?:is_|has_)?(?:opted_out|unsubscribed|do_not_(?:contact|e_?mail))(?:_|$)/;

/** What companies have and people do not. */
const ABOUT_COMPANIES: ReadonlySet<string> = new Set(['funding', 'employees', 'employee', 'technologies', 'headcount']);

/** "Organization - Number of employees", "Latest Funding Round", "Company Technologies". */
function companysRole(words: readonly string[]): { role: ColumnRole; strength: 1 } | null {
  const rest = words.filter((word) => !companyWords.has(word));
  if (rest.some((word) => /^(?:url|link|linkedin|email|mail|phone|id|domain|website|address|city|country)$/.test(word)))
    return null;
  const known = strengths.get(rest.join('_'));
  if (known?.role.startsWith('company_')) return { role: known.role, strength: 1 };
  const role = rest.flatMap((word) => COMPANYS[word] ?? [])[0];
  return role ? { role, strength: 1 } : null;
}

const COMPANYS: Readonly<Record<string, ColumnRole>> = {
  industry: 'company_industry',
  employees: 'company_size',
  employee: 'company_size',
  headcount: 'company_size',
  size: 'company_size',
  technologies: 'company_tech_stack',
  tech: 'company_tech_stack',
  news: 'company_news',
  noticia: 'company_news',
  funding: 'company_funding',
};

const clearestOf = (named: readonly NamedColumn[], header: readonly string[]): Column[] => {
  const isClearest = bestOf(named);
  return named.map(({ column }, index) => (isClearest.get(index) === false ? customOf(header[index] ?? '') : column));
};

/** Where several columns say one thing, the clearest says it; true for those, false for the others that said it too. */
function bestOf(named: readonly NamedColumn[]): Map<number, boolean> {
  const told = new Map<number, boolean>();
  for (const [index, { column, strength }] of named.entries()) {
    if (strength === null || column.kind === 'opt_out') continue; // several may say that, each of another list
    const rivals = named.filter((other) => other.strength !== null && columnName(other.column) === columnName(column));
    const clearest = Math.max(...rivals.map((other) => other.strength ?? 0));
    told.set(index, strength === clearest);
  }
  return told;
}

const INTERNAL = /^ac[ow]aa/i;

/** A column that is called "LinkedIn" and has no person's profile in it, but companies' pages, says nobody's. */
function provedBy(named: NamedColumn, name: string, samples: readonly string[]): NamedColumn {
  if (columnName(named.column) !== 'linkedin_url') return named;
  const filled = samples.filter((cell) => !meansNothing(cell));
  const profiles = filled.map((cell) => readProfileCell(cell).profile);
  if (filled.length > 0 && profiles.every((profile) => profile === null))
    return { column: customOf(name), strength: null };
  // Sales Navigator's own ids open for its owner only: the public address beside it is the better one.
  const isInternal = profiles.every((profile) => profile === null || INTERNAL.test(profile));
  return filled.length > 0 && isInternal ? { ...named, strength: 1 } : named;
}

/** Of a file whose header names no such column: the one in which most values are of that kind. */
function findIdentity(
  columns: Column[],
  field: 'email' | 'linkedin_url',
  samples: readonly (readonly string[])[],
  isOne: (cell: string) => boolean,
): void {
  if (columns.some((column) => column.kind === 'field' && column.field === field)) return;
  const shares = columns.map((column, index) => {
    const filled = (samples[index] ?? []).filter((cell) => !meansNothing(cell));
    return ['custom', 'full_name'].includes(column.kind) && filled.length > 0
      ? filled.filter(isOne).length / filled.length
      : 0;
  });
  const best = Math.max(0, ...shares);
  if (best > 0.5) columns[shares.indexOf(best)] = { kind: 'field', field };
}

/** As templates and files call it: `email`, `custom.region`; null for one that is left out. */
export function columnName(column: Column): string | null {
  switch (column.kind) {
    case 'field':
      return column.field;
    case 'custom':
      return `custom.${column.key}`;
    case 'ignored':
      return null;
    default:
      return column.kind;
  }
}

/** The column of that name; null when there is none such. */
export function columnNamed(name: string | null): Column | null {
  if (name === null) return { kind: 'ignored' };
  if (name === 'full_name' || name === 'opt_out') return { kind: name };
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
    if (name === null || column.kind === 'opt_out') continue;
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

function customOf(name: string): Column {
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

/** "Favourite Tool (2026)" → "favourite_tool_2026", "workEmail" → "work_email". */
const plainName = (name: string) =>
  name
    .slice(0, LONGEST_NAME)
    .replace(/(?<=[a-z\d])(?=[A-Z][a-z])/g, '_')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .replace('linked_in', 'linkedin');

/** One row of the file; blank cells are left out. Two names in one cell fill those that have none of their own. */
export function leadOf(columns: readonly Column[], cells: readonly string[]): LeadCells {
  const row: { [F in LeadField]?: string } = {};
  const custom: Record<string, string> = {};
  let names: { first_name?: string; last_name?: string } = {};
  for (const [index, column] of columns.entries()) {
    const cell = cells[index]?.trim() ?? '';
    if (cell === '') continue;
    if (column.kind === 'field') row[column.field] = cell;
    if (column.kind === 'custom') custom[column.key] = cell;
    if (column.kind === 'full_name') names = namesIn(cell);
  }
  const hasOwn = row.first_name !== undefined || row.last_name !== undefined;
  const whole = hasOwn ? row : { ...row, ...names };
  return Object.keys(custom).length === 0 ? whole : { ...whole, custom };
}

/** Whether the row says, in a column that is about it, that this person wants no mail, or that their address is dead. */
export const saysOptedOut = (columns: readonly Column[], cells: readonly string[]): boolean =>
  columns.some((column, index) => column.kind === 'opt_out' && optedOutWords.has(wordOf(cells[index] ?? '')));

/** "Sí", "hard_bounce": without accents and signs between. */
const wordOf = (cell: string): string =>
  cell.slice(0, LONGEST_NAME).trim().toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').replace(/[_-]+/g, ' ');

/** Before a name and no part of it. */
const HONORIFIC = /^(?:dr|prof|mr|mrs|ms|mx|herr|frau|m|mme|mlle|monsieur|madame|sr|sra|srta|sig|dott|dhr|mevr)\.?$/i;

/** Written family name first, without a comma between. */
const FAMILY_FIRST = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\s]+$/u;

/** "Ada Lovelace", "Lovelace, Ada"; of one word the first name. Chinese, Japanese and Korean names begin with the family. */
function namesIn(cell: string): { first_name?: string; last_name?: string } {
  const [family, given] = cell.split(',').map((part) => part.trim());
  if (family && given) return { first_name: given, last_name: family };
  const words = cell.split(/\s+/).filter((word) => !HONORIFIC.test(word));
  const [first = cell] = words;
  if (words.length === 1) return { first_name: first };
  const isShouted = (word: string) => word.length > 1 && word === word.toUpperCase() && word !== word.toLowerCase();
  if (isShouted(first) && !words.slice(1).some(isShouted))
    return { first_name: words.slice(1).join(' '), last_name: first }; // as French and Italian lists write it
  if (FAMILY_FIRST.test(cell)) return { first_name: words.slice(1).join(' '), last_name: first };
  return { first_name: first, last_name: words.slice(1).join(' ') };
}
