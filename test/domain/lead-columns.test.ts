import { expect, test } from 'vitest';
import { columnName, columnsOf, leadOf, saysOptedOut, suggestedColumns } from '../../src/domain/lead-columns.ts';

test.each([
  ['E-mail', 'email'],
  [' Work Email ', 'email'],
  ['LinkedIn', 'linkedin_url'],
  ['Person Linkedin Url', 'linkedin_url'],
  ['FirstName', 'first_name'],
  ['Prénom', 'first_name'],
  ['Title', 'job_title'],
  ['Organisation', 'company'],
  ['Industry', 'company_industry'],
  ['# Employees', 'company_size'],
  ['headline', 'linkedin_headline'],
])('"%s" is %s', (name, field) => {
  expect(columnsOf(['email', 'linkedin_url'].includes(field) ? [name] : ['email', name]).at(-1)).toEqual({
    kind: 'field',
    field,
  });
});

test.each([
  ['favourite_tool', 'favourite_tool'],
  ['Favourite Tool (2026)', 'favourite_tool_2026'],
  ['Région', 'region'],
  ['2026 revenue', 'field_2026_revenue'],
  [`Tool${'\u0301'.repeat(300)}s`, 'tool'], // by its first 300 characters
])('"%s" is the custom field %s', (name, key) => {
  expect(columnsOf(['email', name])[1]).toEqual({ kind: 'custom', key });
});

test.each<[header: string, means: string]>([
  ['Person - Email - Work', 'email'],
  ['E-mail 1 - Value', 'email'],
  ['workEmail', 'email'],
  ['Lead Email', 'email'],
  ['Adresse e-mail', 'email'],
  ['Correo electrónico', 'email'],
  ['E-postadress', 'email'],
  ['LinkedIn Contact Profile URL', 'linkedin_url'],
  ['linkedinProfileUrl', 'linkedin_url'],
  ['Profil LinkedIn', 'linkedin_url'],
  ['Given Name', 'first_name'],
  ['Person - First name', 'first_name'],
  ['Vorname', 'first_name'],
  ['Apellidos', 'last_name'],
  ['Nazwisko', 'last_name'],
  ['Full Name', 'full_name'],
  ['Name', 'full_name'],
  ['Organization Title', 'job_title'],
  ['Funktion', 'job_title'],
  ['Organization Name', 'company'],
  ['Firma', 'company'],
  ['Email Opt Out', 'opt_out'],
  ['Unsubscribed from all email', 'opt_out'],
  ['Email Status', 'opt_out'],
  ['Company Linkedin Url', 'custom.company_linkedin_url'],
  ['Account Email', 'custom.account_email'],
  ['Profile', 'custom.profile'],
  ['Phone', 'custom.phone'],
])('"%s" beside others means %s', (header, means) => {
  const other = means === 'email' ? 'linkedin_url' : 'email';
  expect(suggestedColumns([other, header]).map(columnName)).toEqual([other, means]);
});

test.each<[header: string[], means: (string | null)[]]>([
  [
    ['Title', 'Job Title', 'Email'],
    ['custom.title', 'job_title', 'email'],
  ],
  [
    ['Email', 'Work Email'],
    ['custom.email', 'email'],
  ],
  [
    ['Personal Email', 'Email'],
    ['custom.personal_email', 'email'],
  ],
  [
    ['Email', 'Company', 'Account'],
    ['email', 'company', 'custom.account'],
  ],
  [
    ['Email', 'E-Mail'],
    ['email', 'custom.e_mail'],
  ],
])('of %j the clearest says it, and the other is kept', (header, means) => {
  expect(suggestedColumns(header).map(columnName)).toEqual(means);
});

test('values tell who it is where no name does, and that a page of companies is nobody', () => {
  const person = ['https://www.linkedin.com/in/ada-lovelace', 'linkedin.com/in/bob'];
  expect(
    suggestedColumns(['Contact', 'Link'], [['ada@example.com', 'N/A', 'bob@example.com'], person]).map(columnName),
  ).toEqual(['email', 'linkedin_url']);
  expect(
    suggestedColumns(['LinkedIn', 'Profile'], [['https://www.linkedin.com/company/acme'], person]).map(columnName),
  ).toEqual(['custom.linkedin', 'linkedin_url']);
  expect(suggestedColumns(['Email', 'Profile'], [['ada@example.com'], ['Manager']]).map(columnName)).toEqual([
    'email',
    'custom.profile',
  ]);
  expect(suggestedColumns(['Email', 'Notes'], [['ada@example.com'], []]).map(columnName)).toEqual(['email', null]);
});

test.each([
  ['Ada Lovelace', 'Ada', 'Lovelace'],
  ['Lovelace, Ada', 'Ada', 'Lovelace'],
  ['Ada King Lovelace', 'Ada', 'King Lovelace'],
  ['Ada', 'Ada', undefined],
  ['山田 太郎', '太郎', '山田'],
])('"%s" in one cell is %s %s', (cell, first_name, last_name) => {
  const columns = columnsOf(['email', 'Full Name']);
  expect(leadOf(columns, ['ada@example.com', cell])).toEqual({
    email: 'ada@example.com',
    first_name,
    ...(last_name && { last_name }),
  });
});

test('a name of its own outweighs the one in a whole name', () => {
  const columns = columnsOf(['email', 'Full Name', 'First Name', 'Last Name']);
  expect(leadOf(columns, ['a@example.com', 'Dr. Ada Lovelace', 'Ada', 'Lovelace'])).toMatchObject({
    first_name: 'Ada',
    last_name: 'Lovelace',
  });
});

test.each([
  ['Email Opt Out', ['TRUE', 'Yes', '1', 'x'], ['FALSE', 'no', '0', '']],
  ['Email Status', ['Invalid', 'bounced', 'Unsubscribed', 'hard_bounce'], ['Verified', 'Valid', 'Catch-all', '']],
  ['Do Not Contact', ['true', 'Ja', 'oui'], ['false', 'nein', 'non']],
])('a row that says so in "%s" is of somebody who wants no mail', (header, opted, others) => {
  const columns = columnsOf(['email', header]);
  for (const cell of opted) expect(saysOptedOut(columns, ['ada@example.com', cell]), cell).toBe(true);
  for (const cell of others) expect(saysOptedOut(columns, ['ada@example.com', cell]), cell).toBe(false);
});

test('a column without a name is left out', () => {
  expect(columnsOf(['email', '', ' ', '***']).slice(1)).toEqual(Array(3).fill({ kind: 'ignored' }));
});

test('a header that says something twice is refused, with both places', () => {
  expect(() => columnsOf(['email', 'Name', 'E-Mail'])).toThrow(
    'the header says email twice: column 1 ("email") and column 3 ("E-Mail")',
  );
  expect(() => columnsOf(['email', 'Tool', 'tool '])).toThrow('the header says custom.tool twice');
});

test('a header that names nobody is refused', () => {
  expect(() => columnsOf(['first_name', 'company'])).toThrow(
    'the header has neither an email nor a linkedin_url column, only: first_name, company',
  );
});

test('a row carries what is filled in, trimmed', () => {
  const columns = columnsOf(['email', 'first_name', 'industry', 'Tool', '', 'region']);
  expect(leadOf(columns, [' ada@example.com ', '', 'Retail', 'Notion', 'x', ' '])).toEqual({
    email: 'ada@example.com',
    company_industry: 'Retail',
    custom: { tool: 'Notion' },
  });
  expect(leadOf(columns, ['', '', '', '', '', ''])).toEqual({});
});
