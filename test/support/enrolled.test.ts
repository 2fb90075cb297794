import { getTableColumns, getTableName, is, sql } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import * as schema from '../../src/db/schema.ts';
import { DAY_MS } from '../../src/domain/durations.ts';
import { deedsForFile, TUESDAY_1000 } from './deeds.ts';
import {
  aLead,
  anEnrolled,
  changeAccount,
  clockOf,
  type Enrolled,
  type EnrolledSpec,
  enrolledByDeeds,
} from './enrolled.ts';
import { aHouse, steps, weekdays } from './scenario.ts';

const deeds = deedsForFile();

/** Ahead of the clock, a Tuesday at ten in Paris: what is written then is told from what is written by the clock. */
const AHEAD = TUESDAY_1000 + 7 * DAY_MS;

const specs: [string, EnrolledSpec][] = [
  [
    'of every kind of step',
    {
      steps: steps('email', 'linkedin_invitation', 'manual_task', 'linkedin_message'),
      template: { schedule: weekdays },
    },
  ],
  ['whose copy is not written', { steps: steps('email', 'email'), written: false }],
  ['by LinkedIn alone', { steps: steps('linkedin_message'), lead: { email: '' } }],
  [
    'of whom much is known',
    {
      steps: steps({ kind: 'email', body: '{{job_title}}, {{custom.pet}}, {{company_size}}' }),
      settings: { dailyLeadsTarget: 40, summary: 'Of few' },
      lead: {
        lastName: ' Lovelace ',
        jobTitle: 'CTO',
        linkedinHeadline: 'Counts',
        recentActivity: ' ',
        companyContext: { company_size: '10' },
        custom: { pet: 'cat' },
      },
    },
  ],
];

test.each(specs)('a sequence %s stands as the commands and deeds would leave it, row by row', async (_, spec) => {
  const lead = aLead(spec.lead); // the same person for both: jitter goes by the address
  const began = await clockOf(deeds);
  const roads = [anEnrolled, enrolledByDeeds].map(async (road) =>
    rowsOf(await road(deeds, { ...spec, lead, now: AHEAD }), began),
  );
  const [written, made] = await Promise.all(roads);
  expect(written).toEqual(made);
});

test('so does one in a house that stands already, under the name of the account it goes out from', async () => {
  const lead = aLead();
  const began = await clockOf(deeds);
  const content = { steps: steps({ kind: 'email', body: 'Yours, {{sender_name}}' }), lead, now: AHEAD };
  const roads = [anEnrolled, enrolledByDeeds].map(async (road) => {
    const house = await aHouse(deeds.db);
    await changeAccount(deeds, house.emailAccount, { senderName: 'Kim Sender' });
    return rowsOf(await road(deeds, { ...content, house }), began);
  });
  const [written, made] = await Promise.all(roads);
  expect(written).toEqual(made);
  expect(JSON.stringify(written)).toContain('Yours, Kim Sender');
});

/** Every row of the workspace, by table, without what is never twice the same: ids, and instants of the clock. */
async function rowsOf(of: Enrolled, began: number): Promise<Record<string, string[]>> {
  const names = new Map<string, string>(Object.entries(of).map(([name, value]) => [String(value), `its ${name}`]));
  const ended = await clockOf(deeds);
  const isNow = (text: string) => Date.parse(text) >= began - 1_000 && Date.parse(text) <= ended;
  const told = (row: object) =>
    JSON.stringify(row)
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => names.get(id) ?? 'an id')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+\+00:00/g, (instant) => (isNow(instant) ? 'by the clock' : instant))
      .replace(/"ordinal": ?\d+/, '');
  const tables = Object.values(schema).filter((each) => is(each, PgTable));
  return deeds.db.asSystem(async (tx) => {
    const found: Record<string, string[]> = {};
    for (const table of tables) {
      if (!('workspaceId' in getTableColumns(table))) continue;
      const { rows } = await tx.execute<{ row: object }>(
        sql`select to_jsonb(${table}) as row from ${table} where workspace_id = ${of.workspaceId}`,
      );
      if (rows.length > 0) found[getTableName(table)] = rows.map(({ row }) => told(row)).sort();
    }
    return found;
  });
}
