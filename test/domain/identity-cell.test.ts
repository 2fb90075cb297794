import { expect, test } from 'vitest';
import { readAddressCell, readProfileCell } from '../../src/domain/identity-cell.ts';

const ADA = 'ada@example.com';

test.each([
  ['Ada Lovelace <ada@example.com>', []],
  ['mailto:ada@example.com', []],
  ['mailto:Ada@Example.com?subject=Hello', []],
  ["'ada@example.com", []],
  ['"ada@example.com"', []],
  ['\u200bada@example.com\u200b', []],
  ['\ufeffada@example.com', []],
  ['\u00a0ada@example.com\u00a0', []],
  ['ada@exam\u00adple.com', []],
  ['(ada@example.com)', []],
  ['ada@example.com.', []],
  ['<ada@example.com>', []],
  ['ada@example.com, ada@home.example', ['ada@home.example']],
  ['ada@example.com;ada@home.example;', ['ada@home.example']],
  ['ada@example.com | ada@home.example', ['ada@home.example']],
  ['ada@example.com / ada@home.example', ['ada@home.example']],
  ['ada@example.com\nada@home.example', ['ada@home.example']],
  ['ada@example.com ada@home.example', ['ada@home.example']],
  ['Ada <ada@example.com>, Ada at home <ada@home.example>', ['ada@home.example']],
  ['ada@example.com, ada@example.com', []],
  ['ada@example.com; N/A', []],
  ['ada@example.com, not an address', []],
])('the address cell %j names Ada, and further %j', (cell, further) => {
  expect(readAddressCell(cell)).toEqual({ email: ADA, further, problem: null });
});

test.each(['', ' ', 'NULL', 'n/a', '#N/A', '#REF!', '-', 'none', 'unknown', 'undefined', 'TRUE', 'false'])(
  'a cell that says %j says nothing',
  (cell) => {
    expect(readAddressCell(cell)).toEqual({ email: null, further: [], problem: null });
    expect(readProfileCell(cell)).toEqual({ profile: null, problem: null });
  },
);

test.each(['ada', 'ada@', 'ada at example.com', 'call me'])('the address cell %j is said to be wrong', (cell) => {
  expect(readAddressCell(cell)).toMatchObject({ email: null, problem: expect.stringContaining(JSON.stringify(cell)) });
});

test.each([
  'https://www.linkedin.com/in/ada-lovelace',
  'https://m.linkedin.com/in/ada-lovelace',
  'https://www.linkedin.com/mwlite/in/ada-lovelace',
  'https://www.linkedin.com/comm/in/ada-lovelace?midToken=x&trk=eml',
  'https://de.linkedin.com/in/ada-lovelace/?originalSubdomain=de',
  'linkedin.com/in/ada-lovelace?utm_source=share&utm_medium=member_desktop',
  'https://www.linkedin.com/in/ada-lovelace/details/experience/',
  'https://www.linkedin.com/in/ada-lovelace#about',
  '[Ada Lovelace](https://www.linkedin.com/in/ada-lovelace)',
  '=HYPERLINK("https://www.linkedin.com/in/ada-lovelace","Ada")',
  'https://www.google.com/url?q=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fada-lovelace&sa=D',
  'https://links.example/safe?url=https%3A%2F%2Flinkedin.com%2Fin%2Fada-lovelace%3Ftrk%3Dx&data=1',
  '<https://www.linkedin.com/in/ada-lovelace>',
  "'https://www.linkedin.com/in/ada-lovelace",
  '\u200bhttps://www.linkedin.com/in/Ada-Lovelace\u00a0',
  '/in/ada-lovelace',
])('the profile cell %s names one person', (cell) => {
  expect(readProfileCell(cell)).toEqual({ profile: 'ada-lovelace', problem: null });
});

test.each([
  ['https://www.linkedin.com/company/acme', 'the page of an organisation'],
  ['https://www.linkedin.com/sales/lead/ACwAAAexample,NAME_SEARCH', 'a lead of Sales Navigator'],
  ['https://www.linkedin.com/talent/profile/AEMAAexample', 'a page of LinkedIn Recruiter'],
  ['https://lnkd.in/abc', 'a short link'],
  ['12345', 'is not the address'],
  ['Ada Lovelace', 'is not the address'],
])('the profile cell %s is no person’s, and says what it is', (cell, what) => {
  expect(readProfileCell(cell)).toMatchObject({ profile: null, problem: expect.stringContaining(what) });
});
