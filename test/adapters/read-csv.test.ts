import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CsvRow } from '../../src/adapters/csv-reader.ts';
import { readCsv } from '../../src/adapters/read-csv.ts';

/** The rows of a file that arrives in pieces of `size` bytes. */
async function rowsOf(file: string | Uint8Array, size = 7, mostLines?: number): Promise<CsvRow[]> {
  const bytes = typeof file === 'string' ? Buffer.from(file) : file;
  async function* chunks() {
    for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
  }
  const rows: CsvRow[] = [];
  for await (const row of readCsv(chunks(), mostLines)) rows.push(row);
  return rows;
}

const cells = (rows: CsvRow[]) => rows.map((row) => ('cells' in row ? row.cells : row.problem));

describe('what spreadsheets write', () => {
  test.each([
    ['line feeds', 'a,b\n1,2\n'],
    ['carriage returns and line feeds', 'a,b\r\n1,2\r\n'],
    ['carriage returns alone', 'a,b\r1,2\r'],
    ['no end of the last line', 'a,b\n1,2'],
    ['a byte order mark', '\ufeffa,b\n1,2'],
    ['semicolons', 'a;b\n1;2'],
    ['tabs', 'a\tb\n1\t2'],
    ['a delimiter of its own', 'sep=;\na;b\n1;2'],
    ['blank lines', '\na,b\n\n\r\n1,2\n\n'],
    ['rows of empty cells', 'a,b\n,\n1,2\n , \n'],
    ['rows of more or fewer empty cells', 'a,b\n,,,\n1,2\n \n'],
    ['quotes around everything', '"a","b"\r\n"1","2"\r\n'],
    ['cells behind the last column', 'a,b\n1,2,,\n'],
  ])('%s', async (_what, file) => {
    for (const size of [1, 3, 1000])
      expect(cells(await rowsOf(file, size))).toEqual([
        ['a', 'b'],
        ['1', '2'],
      ]);
  });

  test.each(['utf16le', 'utf-16be'] as const)('%s', async (encoding) => {
    const bytes = Buffer.from('\ufeffa,b\r\né,2', 'utf16le');
    expect(cells(await rowsOf(encoding === 'utf16le' ? bytes : bytes.swap16(), 6))).toEqual([
      ['a', 'b'],
      ['é', '2'],
    ]);
  });

  test('a letter of several bytes that is cut by a chunk', async () => {
    expect(cells(await rowsOf('a,b\nżółć,👋🏽\n', 1))).toEqual([
      ['a', 'b'],
      ['żółć', '👋🏽'],
    ]);
  });

  test('quoted delimiters, quotes and line breaks, with the line on which each row begins', async () => {
    expect(await rowsOf('a,b\r\n"x, y","say ""hi"""\r\n"one\r\ntwo\r\nthree",2\r\n3,4\r\n')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['x, y', 'say "hi"'] },
      { line: 3, cells: ['one\ntwo\nthree', '2'] },
      { line: 6, cells: ['3', '4'] },
    ]);
  });

  test('a header whose names hold the other delimiters in quotes', async () => {
    expect(cells(await rowsOf('a;"b, c, d, e";f\n1;2;3'))).toEqual([
      ['a', 'b, c, d, e', 'f'],
      ['1', '2', '3'],
    ]);
  });

  test('nothing at all', async () => {
    expect(await rowsOf('')).toEqual([]);
    expect(await rowsOf('\ufeff\r\n\r\n')).toEqual([]);
  });
});

describe('a bad row spoils itself only', () => {
  test('too short or too long', async () => {
    expect(await rowsOf('a,b,c\n1,2\n1,2,3\n1,2,3,4\n')).toEqual([
      { line: 1, cells: ['a', 'b', 'c'] },
      { line: 2, problem: 'has 2 columns, the header has 3' },
      { line: 3, cells: ['1', '2', '3'] },
      { line: 4, problem: 'has 4 columns, the header has 3' },
    ]);
  });

  test('a quote that is never closed', async () => {
    expect(await rowsOf('a,b\n1,"oops\n2,x\n3,"y"\n')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, problem: 'a quote is opened and never closed' },
      { line: 3, cells: ['2', 'x'] },
      { line: 4, cells: ['3', 'y'] },
    ]);
  });

  test('two such quotes, which together look like one long cell of a row that is too short', async () => {
    expect(await rowsOf('a,b,c\n1,"oops,x\n2,3,4\n5,6,7"\n8,9,10\n')).toEqual([
      { line: 1, cells: ['a', 'b', 'c'] },
      { line: 2, problem: 'a quote is opened and never closed' },
      { line: 3, cells: ['2', '3', '4'] },
      { line: 4, cells: ['5', '6', '7"'] },
      { line: 5, cells: ['8', '9', '10'] },
    ]);
  });

  test('a row over several lines that is too short is one bad row', async () => {
    expect(await rowsOf('a,b,c\n"one\ntwo"\n1,2,3\n')).toEqual([
      { line: 1, cells: ['a', 'b', 'c'] },
      { line: 2, problem: 'has 1 columns, the header has 3' },
      { line: 4, cells: ['1', '2', '3'] },
    ]);
  });

  test('quotes inside of a cell are part of it', async () => {
    expect(cells(await rowsOf('a,b\n5" nails,"x"y\n1,2\n'))).toEqual([
      ['a', 'b'],
      ['5" nails', '"x"y'],
      ['1', '2'],
    ]);
    expect(cells(await rowsOf('a,b\n"say ""hi""" twice, "x"\n'))).toContainEqual(['"say ""hi""" twice', ' "x"']);
  });

  test('another encoding than UTF-8 is told, not sent as "Ren�e"', async () => {
    expect(await rowsOf(Buffer.from('a,b\nRen\xe9e,1\nAda,2\n', 'latin1'))).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, problem: 'holds characters that are not UTF-8: save the file as "CSV UTF-8"' },
      { line: 3, cells: ['Ada', '2'] },
    ]);
  });
});

test('a file that is no table is given up, not read into memory', async () => {
  await expect(rowsOf('x'.repeat(3_000_000), 65_536)).rejects.toThrow('a line is longer than 1000000 characters');
});

test('a quote that is never closed costs a look at 200 lines, not at the rest of the file', async () => {
  const file = `a,b\n${'1,"oops\n'.repeat(500)}2,3\n`;
  const rows = await rowsOf(file, 65_536);
  expect(rows).toHaveLength(502);
  expect(rows.at(-1)).toEqual({ line: 502, cells: ['2', '3'] });
});

test('a header of more columns than a table has, and more lines than are wanted, are told', async () => {
  await expect(rowsOf(`${'a,'.repeat(500)}b\n`)).rejects.toThrow('the header has 501 columns, expected at most 500');
  await expect(rowsOf('a\n1\n2\n', 7, 2)).rejects.toThrow('the file has more than 2 lines');
});

test('whatever is in a file, its rows are the same in whatever pieces it comes', async () => {
  const signs = fc.constantFrom('"', '"', '""', '",', ',"', ',', '\n', '\r\n', '\r', 'a', 'é', ' ', ';', '1,2\n');
  await fc.assert(
    fc.asyncProperty(fc.array(signs, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), async (written, size) => {
      const file = `a,b\n${written.join('')}`;
      expect(await rowsOf(file, size)).toEqual(await rowsOf(file, 1_000));
    }),
  );
});
