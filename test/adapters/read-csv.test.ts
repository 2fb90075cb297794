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
  test('too long, or of one column; one that is short ends in empty cells', async () => {
    expect(await rowsOf('a,b,c\n1,2\n1,2,3\n1,2,3,4\nCopyright Example Inc.\n')).toEqual([
      { line: 1, cells: ['a', 'b', 'c'] },
      { line: 2, cells: ['1', '2', ''] },
      { line: 3, cells: ['1', '2', '3'] },
      { line: 4, problem: 'has 4 columns, the header has 3' },
      { line: 5, problem: 'has 1 columns, the header has 3' },
    ]);
  });

  test('the header once more', async () => {
    expect(await rowsOf('email,name\na@example.com,Ada\nemail,name\nb@example.com,Bob\n')).toEqual([
      { line: 1, cells: ['email', 'name'] },
      { line: 2, cells: ['a@example.com', 'Ada'] },
      { line: 3, problem: 'repeats the header' },
      { line: 4, cells: ['b@example.com', 'Bob'] },
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

  test('bytes that are no UTF-8 in a file that is, told and not sent as "Ren�e"', async () => {
    const bytes = Buffer.concat([Buffer.from('a,b\nZoë,1\n'), Buffer.from('Ren\xe9e,1\nAda,2\n', 'latin1')]);
    expect(await rowsOf(bytes, 11)).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['Zoë', '1'] },
      { line: 3, problem: 'holds characters that are not UTF-8: save the file as "CSV UTF-8"' },
      { line: 4, cells: ['Ada', '2'] },
    ]);
  });
});

describe('a file in another encoding', () => {
  const text = 'name;email\nRenée;renee@example.com\nMüller;mueller@example.com\n';
  const rows = [
    { line: 1, cells: ['name', 'email'] },
    { line: 2, cells: ['Renée', 'renee@example.com'] },
    { line: 3, cells: ['Müller', 'mueller@example.com'] },
  ];

  test.each([
    ['Windows-1252, as spreadsheets save', Buffer.from(text, 'latin1')],
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with its mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16 with its mark', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 without', Buffer.from(text, 'utf16le')],
    ['UTF-16 of the other order', Buffer.from(text, 'utf16le').swap16()],
  ])('is read: %s', async (_, bytes) => {
    for (const size of [64, 65_536]) expect(await rowsOf(bytes, size)).toEqual(rows);
  });

  test.each([1, 2, 3, 5, 7])('is the same in pieces of %i bytes', async (size) => {
    const only = (row: object) => ('cells' in row ? row.cells : null);
    for (const encoding of ['utf8', 'latin1'] as const)
      expect((await rowsOf(Buffer.from(text, encoding), size)).map(only)).toEqual(rows.map(only));
  });
});

describe('what stands above the header', () => {
  const header = { cells: ['First Name', 'Last Name', 'URL', 'Email Address', 'Company'] };

  test('is passed over, and lines are counted from the first', async () => {
    const notes =
      'Notes:\n"When exporting your connection data, you may notice that some of the addresses are missing."\n\n';
    const file = `${notes}First Name,Last Name,URL,Email Address,Company\nAda,Lovelace,https://www.linkedin.com/in/ada,,Engines\n`;
    expect(await rowsOf(file)).toEqual([
      { line: 4, ...header },
      { line: 5, cells: ['Ada', 'Lovelace', 'https://www.linkedin.com/in/ada', '', 'Engines'] },
    ]);
  });

  test('is the header itself where no line below is one', async () => {
    expect(await rowsOf('colour,size\nred,1\n')).toEqual([
      { line: 1, cells: ['colour', 'size'] },
      { line: 2, cells: ['red', '1'] },
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
