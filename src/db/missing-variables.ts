import { and, count, eq, inArray, type SQL, sql } from 'drizzle-orm';
import { customKeyIn, type NeededVariable, neededVariables } from '../domain/copy/missing-variables.ts';
import type { CampaignId, TemplateId } from '../domain/ids.ts';
import { type UnwrittenStatus, unwrittenStatuses } from '../domain/lead.ts';
import { nothingWords } from '../domain/no-value.ts';
import type { Tx } from './pool.ts';
import { campaigns, contacts, leads } from './schema.ts';
import { readTemplate } from './templates.ts';

/*
 * Which leads lack what a template asks for, as a condition on rows: `factsAbout` in SQL.
 * `test/db/missing-variables.test.ts` lays the two side by side.
 */

interface MissingFigures {
  /** How many leads there are. */
  leads: Record<UnwrittenStatus, number>;
  /** In the order asked. */
  variables: (NeededVariable & { missing: Record<UnwrittenStatus, number> })[];
}

export type MissingInCampaign = MissingFigures & { templateId: TemplateId };

/** What the template of a campaign asks for, and how many of its leads lack it; null when the workspace has none of that id. */
export async function missingInCampaign(tx: Tx, id: CampaignId): Promise<MissingInCampaign | null> {
  const [campaign] = await tx.select({ templateId: campaigns.templateId }).from(campaigns).where(eq(campaigns.id, id));
  if (!campaign) return null;
  const { content } = await readTemplate(tx, campaign.templateId);
  return { ...campaign, ...(await missingFigures(tx, id, neededVariables(content.steps))) };
}

/** In one statement: 10,000 leads and ten variables are some 50 ms. */
async function missingFigures(
  tx: Tx,
  campaignId: CampaignId,
  needed: readonly NeededVariable[],
): Promise<MissingFigures> {
  const lacking = needed.map(({ name }) => sql`count(*) filter (where ${lacks(name)})`);
  const rows = await tx
    .select({
      status: leads.status,
      leads: count(),
      missing: sql<number[]>`array[${sql.join(lacking, sql`, `)}]::int[]`,
    })
    .from(leads)
    .innerJoin(contacts, eq(contacts.id, leads.contactId))
    .where(and(eq(leads.campaignId, campaignId), inArray(leads.status, [...unwrittenStatuses])))
    .groupBy(leads.status);
  const of = (wanted: UnwrittenStatus) => rows.find(({ status }) => status === wanted);
  const figures = (each: (row: (typeof rows)[number]) => number | undefined): Record<UnwrittenStatus, number> => {
    const [review, approved] = [of('PENDING_REVIEW'), of('APPROVED')];
    return { PENDING_REVIEW: (review && each(review)) ?? 0, APPROVED: (approved && each(approved)) ?? 0 };
  };
  return {
    leads: figures((row) => row.leads),
    variables: needed.map((variable, at) => ({ ...variable, missing: figures((row) => row.missing[at]) })),
  };
}

/** Whether a contact has no value for a variable that contacts fill. */
export const lacks = (name: string): SQL =>
  name === 'full_name'
    ? sql`(${isNothing(sql`${contacts.firstName}`)} and ${isNothing(sql`${contacts.lastName}`)})`
    : isNothing(contactValue(name));

/** What `trim` takes off; as one parameter, like the words. */
const BLANKS = sql.param(' \t\n\v\f\r\u00a0\ufeff\u2028\u2029');
const WORDS = sql.param(['', ...nothingWords]);

const isNothing = (value: SQL): SQL => sql`coalesce(lower(btrim(${value}, ${BLANKS})), '') = any(${WORDS}::text[])`;

const columns: Readonly<Partial<Record<string, SQL>>> = {
  first_name: sql`${contacts.firstName}`,
  last_name: sql`${contacts.lastName}`,
  job_title: sql`${contacts.jobTitle}`,
  company: sql`${contacts.company}`,
  linkedin_headline: sql`${contacts.linkedinHeadline}`,
  recent_activity: sql`${contacts.recentActivity}`,
};

function contactValue(name: string): SQL {
  const key = customKeyIn(name);
  if (key !== null) return sql`${contacts.custom} ->> ${key}`;
  return columns[name] ?? sql`${contacts.companyContext} ->> ${name}`;
}
