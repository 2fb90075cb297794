import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import type { LeadRow } from '../../commands/leads/import-leads.ts';
import { example } from '../seed.ts';

/** `examples/leads.csv`, as the demo imports it. */
export async function exampleLeads(): Promise<LeadRow[]> {
  const leads: LeadRow[] = [];
  const rows: AsyncIterable<Record<string, string>> = createReadStream(example('leads.csv')).pipe(
    parse({ columns: true, bom: true }),
  );
  for await (const row of rows) {
    const text = (name: string) => row[name] ?? '';
    leads.push({
      email: text('email'),
      profile: text('linkedin_url'),
      firstName: text('first_name'),
      lastName: text('last_name'),
      jobTitle: text('job_title'),
      company: text('company'),
      linkedinHeadline: text('linkedin_headline'),
      recentActivity: text('recent_activity'),
      companyContext: { company_industry: text('industry'), company_size: text('company_size') },
      custom: { favourite_tool: text('favourite_tool'), region: text('region') },
    });
  }
  return leads;
}
