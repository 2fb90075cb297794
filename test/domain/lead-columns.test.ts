import { expect, test } from 'vitest';
import { columnsOf, leadOf } from '../../src/domain/lead-columns.ts';

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
