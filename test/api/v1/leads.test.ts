import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { suppress } from '../../../src/commands/contacts/suppress.ts';
import { newId } from '../../../src/db/new-id.ts';
import { contacts, leads } from '../../../src/db/schema.ts';
import { isContactVariable } from '../../../src/domain/copy/missing-variables.ts';
import { factsAbout } from '../../../src/domain/copy/personalisation.ts';
import type { CampaignId, ContactId, LeadId } from '../../../src/domain/ids.ts';
import { STANDARD_VARIABLES } from '../../../src/domain/message.ts';
import { nothingWords } from '../../../src/domain/no-value.ts';
import { insertContacts } from '../../support/contact-rows.ts';
import { aHouse, always, content, steps } from '../../support/scenario.ts';
import { type Served, startServed } from '../../support/served.ts';

let api: Served;
beforeAll(async () => {
  api = await startServed();
});
afterAll(() => api.close());

const email = content(steps('email'), { schedule: always });
const manual = { approvalMode: 'MANUAL_REVIEW' } as const;
let campaignId: CampaignId;
let path: string;
beforeEach(async () => {
  ({ campaignId } = await api.campaign({ content: email, leads: 0, settings: manual }));
  path = `/v1/campaigns/${campaignId}/leads`;
});

let unique = 0;
const address = () => `lead${unique++}@lead.example`;
const outcomes = (body: { results: { outcome: string }[] }) => body.results.map(({ outcome }) => outcome);
const contactOf = async (email: string) =>
  (await api.db.asSystem((tx) => tx.select().from(contacts).where(eq(contacts.email, email))))[0];

describe('an import', () => {
  test('answers one outcome per row, in their order, and the totals', async () => {
    const [a, b, c, d, suppressed] = [address(), address(), address(), address(), address()];
    await api.post(path, { rows: [{ email: address(), linkedin_url: 'linkedin.com/in/somebody-else' }] });
    await suppress(api.commands, api.house.caller, [{ kind: 'address', value: suppressed, reason: 'asked_by_user' }]);
    const rows = [
      { email: a, first_name: 'Ada' },
      { email: 'not an address' },
      { email: a.toUpperCase() },
      { email: suppressed },
      {},
      { linkedin_url: 'https://example.com/in/ada' },
      { email: b, linkedin_url: 'https://www.linkedin.com/in/somebody-example/' },
      { email: address(), linkedin_url: 'https://www.linkedin.com/in/somebody-else/' },
      { email: c, linkedin_url: '12345' },
      { email: d, linkedin_url: '12345' },
    ];
    const { status, body } = await api.post(path, { rows });
    expect(status).toBe(200);
    expect(outcomes(body)).toEqual([
      'pending_review',
      'invalid',
      'duplicate_in_request',
      'suppressed',
      'invalid',
      'invalid',
      'pending_review',
      'conflict',
      'pending_review',
      'pending_review',
    ]);
    expect(body.results[1].problem).toMatch(/^email: "not an address"/);
    expect(body.results[4].problem).toBe('an email address or a LinkedIn profile is needed, the row has neither');
    expect(body.results[5].problem).toMatch(/^linkedin_url: "https:\/\/example.com\/in\/ada" is not/);
    expect(body.results[7].problem).toMatch(/^in\/somebody-else is known with the address /);
    expect(body.results[8].problem).toMatch(/^linkedin_url: "12345" is not .*; the cell was left out$/);
    expect(body.totals).toEqual({
      pending_review: 4,
      approved: 0,
      already_in_campaign: 0,
      in_other_sequence: 0,
      suppressed: 1,
      conflict: 1,
      duplicate_in_request: 1,
      invalid: 3,
    });
  });

  test('keeps every field, custom ones too', async () => {
    const email = address();
    await api.post(path, {
      rows: [
        {
          email,
          linkedin_url: 'linkedin.com/in/Renée-Example',
          first_name: ' Renée ',
          last_name: 'Fontaine',
          job_title: '',
          company: 'Clair de Lune',
          linkedin_headline: 'Headline',
          recent_activity: 'Launched refills',
          company_industry: 'Cosmetics',
          company_size: '51-200',
          custom: { favourite_tool: 'Shopify', region: '  ' },
        },
      ],
    });
    expect(await contactOf(email)).toMatchObject({
      profile: 'renée-example',
      firstName: 'Renée',
      lastName: 'Fontaine',
      jobTitle: null,
      company: 'Clair de Lune',
      linkedinHeadline: 'Headline',
      recentActivity: 'Launched refills',
      companyContext: { company_industry: 'Cosmetics', company_size: '51-200' },
      custom: { favourite_tool: 'Shopify' },
    });
  });

  test('that is repeated adds nothing, and blanks change nothing', async () => {
    const email = address();
    await api.post(path, { rows: [{ email, first_name: 'Ada', custom: { tool: 'Notion' } }] });
    const { body } = await api.post(path, {
      rows: [{ email, first_name: '', company: 'New Ltd', custom: { tool: '' } }],
    });
    expect(outcomes(body)).toEqual(['already_in_campaign']);
    expect(await contactOf(email)).toMatchObject({ firstName: 'Ada', company: 'New Ltd', custom: { tool: 'Notion' } });
  });

  test('approves at once when it is told to, also what waited since an earlier one; a decision taken stands', async () => {
    const [waiting, rejected, fresh] = [address(), address(), address()];
    const first = (await api.post(path, { rows: [{ email: waiting }, { email: rejected }] })).body;
    await api.post(`/v1/leads/${first.results[1].lead_id}/reject`);
    const { body } = await api.post(path, {
      rows: [{ email: waiting }, { email: rejected }, { email: fresh }, { email: 'no' }],
      approve: true,
    });
    expect(outcomes(body)).toEqual(['approved', 'already_in_campaign', 'approved', 'invalid']);
    expect(body.totals).toMatchObject({ approved: 2, already_in_campaign: 1, invalid: 1, pending_review: 0 });
    expect((await api.get(`${path}?status=APPROVED`)).body.total_count).toBe(2);
    expect((await api.get(`${path}?status=REJECTED`)).body.total_count).toBe(1);
  });

  test('a value that cannot be kept spoils its own row only', async () => {
    const { status, body } = await api.post(path, {
      rows: [
        { email: address(), first_name: 'nul \0 here' },
        { email: address(), company: 'x'.repeat(5_001) },
        { email: address(), custom: { 'Not a key': 'x' } },
        { email: address(), custom: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`key_${n}`, 'x'])) },
        { email: address(), custom: { tool: '\ud800' } },
        { email: address() },
      ],
    });
    expect(status).toBe(200);
    expect(outcomes(body)).toEqual(['invalid', 'invalid', 'invalid', 'invalid', 'invalid', 'pending_review']);
    expect(body.results.slice(0, 5).map(({ problem }: { problem: string }) => problem.split(' ')[0])).toEqual([
      'first_name:',
      'company:',
      'custom:',
      'custom:',
      'custom.tool:',
    ]);
  });

  test('takes a cell that was read in the wrong encoding as it is, and says so', async () => {
    const email = address();
    const { body } = await api.post(path, { rows: [{ email, first_name: 'ZoÃ©', custom: { city: 'KÃ¶ln' } }] });
    expect(body.results).toMatchObject([
      {
        outcome: 'pending_review',
        problem:
          'first_name: “ZoÃ©” was read in the wrong encoding, it probably says “Zoé”; custom.city: “KÃ¶ln” was read in the wrong encoding, it probably says “Köln”',
      },
    ]);
    expect(await contactOf(email)).toMatchObject({ firstName: 'ZoÃ©' });
  });

  test('of another shape is a 400 that names the place', async () => {
    const { status, body } = await api.post(path, { rows: [{ email: address() }, { email: 5, phone: 'x' }] });
    expect(status).toBe(400);
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['rows.1.email', 'rows.1.phone']);
    expect((await api.post(path, { rows: [] })).status).toBe(400);
    expect((await api.post(path, { rows: Array.from({ length: 501 }, () => ({ email: 'x' })) })).status).toBe(400);
  });

  test('takes 500 rows with long texts in one request', async () => {
    const rows = Array.from({ length: 500 }, () => ({ email: 'bad', recent_activity: 'é'.repeat(2_000) }));
    const { status, body } = await api.post(path, { rows });
    expect([status, body.totals.invalid]).toEqual([200, 500]);
  });

  test('into a campaign of another workspace, or an ended one, is refused', async () => {
    const other = await aHouse(api.db);
    const elsewhere = await api.campaign({ content: email, leads: 0 }, other);
    expect(
      (await api.post(`/v1/campaigns/${elsewhere.campaignId}/leads`, { rows: [{ email: address() }] })).status,
    ).toBe(404);
    expect((await api.get(`/v1/campaigns/${elsewhere.campaignId}/leads`)).status).toBe(404);
    await api.post(`/v1/campaigns/${campaignId}/end`);
    expect((await api.post(path, { rows: [{ email: address() }] })).status).toBe(409);
  });

  test('two of the same rows at once add each person once', async () => {
    const rows = Array.from({ length: 20 }, () => ({ email: address() }));
    const both = await Promise.all([api.post(path, { rows }), api.post(path, { rows })]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect((await api.get(`${path}?size=100`)).body.total_count).toBe(20);
    const added = both.map(({ body }) => body.totals.pending_review).reduce((sum, count) => sum + count, 0);
    expect(added).toBe(20);
  });
});

describe('the list', () => {
  test('shows each lead with its contact, where it stands and why it failed', async () => {
    const email = address();
    await api.post(path, {
      rows: [{ email, first_name: 'Ada', last_name: 'Lovelace', job_title: 'Countess', company: 'Engines' }],
    });
    await api.post(`/v1/campaigns/${campaignId}/end`);
    const { body } = await api.get(path);
    expect(body).toMatchObject({ total_count: 1, total_pages: 1, has_more: false });
    expect(body.items[0]).toMatchObject({
      campaign_id: campaignId,
      status: 'FAILED',
      failure: 'campaign_ended',
      sequence_id: null,
      contact: {
        email,
        linkedin_profile: null,
        first_name: 'Ada',
        last_name: 'Lovelace',
        job_title: 'Countess',
        company: 'Engines',
      },
    });
  });

  test.each(['status=approved', 'size=0', 'page=x', 'sort=email'])('refuses ?%s', async (query) => {
    expect((await api.get(`${path}?${query}`)).status).toBe(400);
  });
});

describe('what the template asks for and leads lack', () => {
  const asking = content(
    steps(
      { kind: 'email', subject: 'Hi {{ first_name | default: "there" }}', body: 'At {{company}}: {{custom.phone}}' },
      { kind: 'email', subject: '', body: '{{custom.phone}} {{sender_name}}' },
    ),
    { schedule: always },
  );

  test('is counted by where they stand, listed, and left out together', async () => {
    ({ campaignId } = await api.campaign({ content: asking, leads: 0, settings: manual, start: false }));
    path = `/v1/campaigns/${campaignId}`;
    const rows = [
      { email: address(), company: 'Engines', custom: { phone: '555-0101' } },
      { email: address(), company: 'Engines' },
      { email: address(), custom: { fax: '555-0102' } },
      { email: address() },
    ];
    const ids = (await api.post(`${path}/leads`, { rows })).body.results.map(
      ({ lead_id: id }: { lead_id: string }) => id,
    );
    await api.post(`/v1/leads/${ids[3]}/approve`);
    const { body } = await api.get(`${path}/missing-variables`);
    expect(body).toMatchObject({
      leads: { PENDING_REVIEW: 3, APPROVED: 1 },
      variables: [
        { name: 'company', steps: [1], missing: { PENDING_REVIEW: 1, APPROVED: 1 } },
        { name: 'custom.phone', steps: [1, 2], missing: { PENDING_REVIEW: 2, APPROVED: 1 } },
      ],
    });
    const found = (await api.get(`${path}/leads?missing=custom.phone&status=PENDING_REVIEW`)).body;
    expect(found.items.map(({ id }: { id: string }) => id)).toEqual([ids[1], ids[2]]);
    const which = { all: { statuses: ['PENDING_REVIEW'], missing: 'custom.phone' } };
    const left = await api.post(`${path}/leads/review`, { to: 'REJECTED', which });
    expect(left.body).toEqual({ lead_ids: [ids[1], ids[2]] });
  });

  test('is asked of rows as the copy asks it of what is known', async () => {
    const values = [
      ...nothingWords,
      ...nothingWords.map((word) => ` ${word.toUpperCase()}\t`),
      '',
      ' \u00a0',
      'Ada',
      'no',
      '0',
      '-1',
    ];
    const contactsOf = values.map((value) => aContactSaying(value));
    await api.db.asSystem(async (tx) => {
      await insertContacts(tx, contactsOf);
      await tx.insert(leads).values(
        contactsOf.map(({ id, workspaceId }) => ({
          id: newId<LeadId>(),
          workspaceId,
          campaignId,
          contactId: id,
          status: 'PENDING_REVIEW' as const,
          createdAt: 0,
          updatedAt: 0,
        })),
      );
    });
    const lacking = async (name: string) =>
      (await api.get(`${path}?missing=${name}&size=100`)).body.items
        .map(({ contact }: { contact: { id: string } }) => contact.id)
        .sort();
    for (const name of [...STANDARD_VARIABLES.filter(isContactVariable), 'custom.phone', 'custom.fax']) {
      const without = contactsOf.filter((contact) => !factsAbout(contact, { name: 'Sam', jobTitle: null }).has(name));
      expect(await lacking(name)).toEqual(without.map(({ id }) => id).sort());
    }
  });

  test('is not told of another workspace, nor for a name that contacts do not fill', async () => {
    const stranger = await api.tokenOf(await aHouse(api.db));
    expect((await api.get(`/v1/campaigns/${campaignId}/missing-variables`, stranger)).status).toBe(404);
    for (const name of ['sender_name', 'opener', 'custom.', ''])
      expect((await api.get(`${path}?missing=${name}`)).status).toBe(400);
  });

  const aContactSaying = (value: string) => ({
    id: newId<ContactId>(),
    workspaceId: api.house.workspaceId,
    email: address(),
    firstName: value,
    lastName: value,
    jobTitle: value,
    company: value,
    linkedinHeadline: value,
    recentActivity: value,
    companyContext: Object.fromEntries(
      ['industry', 'size', 'tech_stack', 'news', 'funding'].map((key) => [`company_${key}`, value]),
    ),
    custom: { phone: value },
    createdAt: 0,
  });
});

describe('a review', () => {
  const oneLead = async () => (await api.post(path, { rows: [{ email: address() }] })).body.results[0].lead_id;

  test('approves, and saying it again changes nothing', async () => {
    const id = await oneLead();
    expect((await api.post(`/v1/leads/${id}/approve`)).body).toMatchObject({ id, status: 'APPROVED' });
    expect((await api.post(`/v1/leads/${id}/approve`)).body).toMatchObject({ id, status: 'APPROVED' });
  });

  test('rejects; what is rejected cannot be approved, and an approved one not be rejected', async () => {
    const [one, other] = [await oneLead(), await oneLead()];
    expect((await api.post(`/v1/leads/${one}/reject`)).body.status).toBe('REJECTED');
    expect((await api.post(`/v1/leads/${one}/approve`)).status).toBe(409);
    await api.post(`/v1/leads/${other}/approve`);
    expect((await api.post(`/v1/leads/${other}/reject`)).status).toBe(409);
  });

  test('of a lead that is not here is a 404', async () => {
    expect((await api.post(`/v1/leads/${newId()}/approve`)).status).toBe(404);
    const stranger = await api.tokenOf(await aHouse(api.db));
    expect((await api.post(`/v1/leads/${await oneLead()}/approve`, undefined, stranger)).status).toBe(404);
  });
});
