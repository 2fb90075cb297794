import { createReadStream } from 'node:fs';
import { readCsv } from '../../adapters/read-csv.ts';
import type { LeadRow } from '../../commands/leads/import-leads.ts';
import { rowOf } from '../../commands/leads/lead-row.ts';
import { type Column, columnsOf, leadOf } from '../../domain/lead-columns.ts';
import { example } from '../seed.ts';

/** `examples/leads.csv`, as the demo imports it. */
export async function exampleLeads(): Promise<LeadRow[]> {
  const leads: LeadRow[] = [];
  let columns: Column[] | undefined;
  for await (const row of readCsv(createReadStream(example('leads.csv')))) {
    if ('problem' in row) throw new Error(`examples/leads.csv: line ${row.line} ${row.problem}`);
    if (columns) leads.push(rowOf(leadOf(columns, row.cells)));
    else columns = columnsOf(row.cells);
  }
  return leads;
}
