import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readCsv } from '../../src/adapters/read-csv.ts';
import { columnName, leadOf, saysOptedOut, suggestedColumns } from '../../src/domain/lead-columns.ts';
import { identify } from '../../src/domain/lead-identity.ts';
import { meansNothing } from '../../src/domain/no-value.ts';

/*
 * Exports as fifteen tools and people write them, reconstructed from public documentation with invented people. Whoever
 * wrote them, and what a sensible person expects of each column and row, had not seen our rules.
 */

const folder = fileURLToPath(new URL('../fixtures/exports/', import.meta.url));
const EXPECTED = '.expected.json';

interface Expected {
  columns: Record<string, string>;
  alsoAcceptableColumns?: Record<string, string | string[]>;
  rows: Record<string, string | boolean | null>[];
  alsoAcceptable?: { row: number; field: string; values: (string | null)[] }[];
}

const folded = (value: unknown) => (typeof value === 'string' ? decodeURIComponent(value).toLowerCase() : value);
const saidIn = (text: string | undefined) => (text === undefined || meansNothing(text) ? null : text);

async function read(file: string) {
  const rows: string[][] = [];
  for await (const row of readCsv(createReadStream(`${folder}${file}`))) if ('cells' in row) rows.push(row.cells);
  const [header = [], ...body] = rows;
  const samples = header.map((_, at) => body.map((cells) => cells[at] ?? '').filter((cell) => !meansNothing(cell)));
  return { header, body, columns: suggestedColumns(header, samples) };
}

/** What was made of a file, column by column and row by row, and whether that is right. */
async function judged(file: string, expected: Expected) {
  const { header, body, columns } = await read(file);
  const isRightColumn = header.map((name, at) => {
    const column = columns[at];
    const means = column?.kind === 'custom' ? 'custom' : (column && columnName(column)) || 'ignored';
    const also = expected.alsoAcceptableColumns?.[name] ?? [];
    return [expected.columns[name] ?? expected.columns[name.trim()] ?? expected.columns[''], ...[also].flat()].includes(
      means,
    );
  });
  const isRightRow = expected.rows.map((wanted, at) => {
    const cells = leadOf(columns, body[at] ?? []);
    const { email, profile } = identify({ email: cells.email, profile: cells.linkedin_url });
    const found: Record<string, unknown> = {
      email,
      linkedin: profile && `in/${profile}`,
      first_name: saidIn(cells.first_name),
      last_name: saidIn(cells.last_name),
      job_title: saidIn(cells.job_title),
      company: saidIn(cells.company),
      optedOut: saysOptedOut(columns, body[at] ?? []),
    };
    const also = (field: string) =>
      (expected.alsoAcceptable ?? [])
        .filter((each) => each.row === at + 1 && each.field === field)
        .flatMap(({ values }) => values);
    return Object.entries(found).every(([field, value]) =>
      [wanted[field] ?? (field === 'optedOut' ? false : null), ...also(field)].some(
        (each) => folded(each) === folded(value),
      ),
    );
  });
  return { isRightColumn, isRightRow };
}

test('of exports that nobody wrote for these rules, columns and rows are understood without touching the mapping', async () => {
  const files = readdirSync(folder).filter((name) => !name.endsWith(EXPECTED));
  expect(files).toHaveLength(15);
  const all = await Promise.all(
    files.map((file) =>
      judged(file, JSON.parse(readFileSync(`${folder}${file.replace(/\.[a-z]+$/, EXPECTED)}`, 'utf8'))),
    ),
  );
  const share = (right: boolean[]) => right.filter(Boolean).length / right.length;
  expect(share(all.flatMap(({ isRightColumn }) => isRightColumn))).toBeGreaterThan(0.95);
  expect(share(all.flatMap(({ isRightRow }) => isRightRow))).toBeGreaterThan(0.9);
});
