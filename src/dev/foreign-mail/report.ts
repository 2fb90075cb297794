import Table from 'cli-table3';

/** What was looked at, in order; a look that did not find what it should fails the run, after the rest was looked at. */
export interface Findings {
  /** Both are shown as they print; equal as JSON is equal. */
  same(what: string, got: unknown, expected: unknown): void;
  holds(what: string, holds: boolean, got?: string): void;
  /** How many did not hold. */
  failed(): number;
  table(): string;
}

export function openFindings(): Findings {
  const rows: { what: string; holds: boolean; got: string }[] = [];
  const holds = (what: string, holds: boolean, got = '') => void rows.push({ what, holds, got });
  return {
    same(what, got, expected) {
      const [own, wanted] = [JSON.stringify(got), JSON.stringify(expected)];
      holds(what, own === wanted, own === wanted ? short(own) : `${own}, expected ${wanted}`);
    },
    holds,
    failed: () => rows.filter((row) => !row.holds).length,
    table() {
      const chars = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' }; // no lines between the rows
      const table = new Table({
        head: ['', 'What', 'Found'],
        colWidths: [5, 44, 90],
        wordWrap: true,
        chars,
        style: { head: [], border: [] },
      });
      for (const row of rows) table.push([row.holds ? 'ok' : 'NOT', row.what, row.got]);
      return table.toString();
    },
  };
}

const short = (text: string) => (text.length > 70 ? `${text.slice(0, 69)}…` : text);
