import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { suppress } from '../../../src/commands/contacts/suppress.ts';
import { approveLead } from '../../../src/commands/leads/approve-lead.ts';
import { importLeads, type LeadRow } from '../../../src/commands/leads/import-leads.ts';
import { rejectLead } from '../../../src/commands/leads/reject-lead.ts';
import { learnPoints } from '../../../src/db/contact-points.ts';
import { newId } from '../../../src/db/new-id.ts';
import { contacts } from '../../../src/db/schema.ts';
import type { CampaignId, LeadId } from '../../../src/domain/ids.ts';
import { lineOf } from '../../../src/domain/problem.ts';
import { commandsForFile, refused } from '../../support/commanded.ts';
import { aLead, as, first, publicName } from '../../support/enrolled.ts';
import { aCampaign, aHouse, type House, plain, steps } from '../../support/scenario.ts';

const { deeds, enrolled, perform, leadsOf, standingOf, eventsOfCampaign } = commandsForFile();

const contactsOf = ({ workspaceId }: House) =>
  deeds.db.asSystem((tx) =>
    tx.select().from(contacts).where(eq(contacts.workspaceId, workspaceId)).orderBy(contacts.id),
  );

describe('an import of leads', () => {
  /** A running campaign without leads. */
  const aRunning = async (house?: House, approvalMode: 'AUTOPILOT' | 'MANUAL_REVIEW' = 'AUTOPILOT') =>
    aCampaign(deeds.commands, house ?? (await aHouse(deeds.db)), {
      content: plain(),
      settings: { approvalMode },
      leads: [],
    });
  const pointsOf = async (house: House) => (await contactsOf(house)).map(({ email, profile }) => [email, profile]);
  const outcomes = async ({ caller, campaignId }: House & { campaignId: CampaignId }, ...rows: LeadRow[]) =>
    (await importLeads(deeds.commands, caller, { campaignId, rows })).map(({ outcome }) => outcome);

  test('says for every row what became of it, and a bad row does not stop the rest', async () => {
    const campaign = await aRunning();
    const elsewhere = await enrolled({ steps: steps('email'), house: campaign });
    const [fresh, spared] = [aLead(), aLead()];
    await suppress(deeds.commands, campaign.caller, [
      { kind: 'address', value: spared.email, reason: 'asked_by_user' },
    ]);
    const told = await importLeads(deeds.commands, campaign.caller, {
      campaignId: campaign.campaignId,
      rows: [
        fresh,
        { email: ` ${fresh.email.toUpperCase()} ` },
        { email: 'nobody@nowhere' },
        { profile: 'https://example.com/in/ada' },
        { firstName: 'Ada' },
        { email: elsewhere.email },
        spared,
        aLead(),
      ],
    });
    expect(told.map(({ outcome }) => outcome)).toEqual([
      'approved',
      'duplicate_in_request',
      'invalid',
      'invalid',
      'invalid',
      'in_other_sequence',
      'suppressed',
      'approved',
    ]);
    expect(told.map(({ problem }) => problem && lineOf(problem)).slice(2, 5)).toEqual([
      expect.stringMatching(/^email: "nobody@nowhere" has the domain "nowhere"/),
      expect.stringMatching(/^profile: "https:\/\/example.com\/in\/ada"/),
      expect.stringMatching(/neither/),
    ]);
    expect(await standingOf(campaign.campaignId)).toEqual(['APPROVED', 'APPROVED']);
    expect((await leadsOf(campaign.campaignId)).map(({ id }) => id)).toEqual([told[0]?.leadId, told[7]?.leadId]);
  });

  test('puts leads before a person where the template wants them reviewed', async () => {
    const campaign = await aRunning(undefined, 'MANUAL_REVIEW');
    expect(await outcomes(campaign, aLead())).toEqual(['pending_review']);
    expect(await standingOf(campaign.campaignId)).toEqual(['PENDING_REVIEW']);
  });

  test('that is repeated adds nothing; new values win over old ones, and blanks change nothing', async () => {
    const campaign = await aRunning();
    const lead = aLead({ jobTitle: 'Engineer', companyContext: { company_size: '10' }, custom: { pet: 'cat' } });
    expect(await outcomes(campaign, lead)).toEqual(['approved']);
    const again = { ...lead, firstName: ' ', jobTitle: 'CTO', companyContext: { company_news: 'moved' }, custom: {} };
    expect(await outcomes(campaign, again)).toEqual(['already_in_campaign']);
    expect(await outcomes(campaign, again)).toEqual(['already_in_campaign']);
    expect(await leadsOf(campaign.campaignId)).toHaveLength(1);
    expect(await contactsOf(campaign)).toMatchObject([
      {
        firstName: 'Ada',
        jobTitle: 'CTO',
        companyContext: { company_size: '10', company_news: 'moved' },
        custom: { pet: 'cat' },
      },
    ]);
  });

  test('of one new contact, several at once into two campaigns, makes one contact and one lead in each', async () => {
    const house = await aHouse(deeds.db);
    const [one, two] = [await aRunning(house), await aRunning(house)];
    const rows = Array.from({ length: 5 }, () => aLead());
    const told = await Promise.all([one, two, one, two].map((campaign) => outcomes(campaign, ...rows)));
    for (const n of rows.keys())
      expect(told.map((of) => of[n]).sort()).toEqual([
        'already_in_campaign',
        'already_in_campaign',
        'approved',
        'approved',
      ]);
    expect(await contactsOf(house)).toHaveLength(5);
    expect([await leadsOf(one.campaignId), await leadsOf(two.campaignId)]).toMatchObject([
      { length: 5 },
      { length: 5 },
    ]);
  });

  test('knows a contact by address or by profile, and merges no two of them', async () => {
    const campaign = await aRunning();
    const [ada, bob] = [aLead(), aLead()];
    expect(await outcomes(campaign, { email: ada.email }, { profile: bob.profile })).toEqual(['approved', 'approved']);
    // The same Ada and Bob, by what was not known of them yet.
    expect(
      await outcomes(campaign, { email: ada.email, profile: `https://www.linkedin.com/${ada.profile}/` }, bob),
    ).toEqual(['already_in_campaign', 'already_in_campaign']);
    expect(await outcomes(campaign, { profile: ada.profile.toUpperCase() })).toEqual(['already_in_campaign']);
    const [told] = await importLeads(deeds.commands, campaign.caller, {
      campaignId: campaign.campaignId,
      rows: [{ email: ada.email, profile: bob.profile }],
    });
    expect(told).toMatchObject({ outcome: 'conflict', leadId: null });
    expect(told?.problem?.what).toContain(`${ada.email} and ${bob.profile} belong to two different contacts`);
    expect(await pointsOf(campaign)).toEqual([ada, bob].map((lead) => [lead.email, publicName(lead)]));
  });

  test('gives no running sequence to somebody else: what follows goes to whom it was begun with', async () => {
    const house = await aHouse(deeds.db);
    const ada = await enrolled({ house, steps: steps('email', 'email', 'linkedin_invitation') });
    const another = await aRunning(house);
    as('done', await perform(ada.id));
    const bob = aLead({ firstName: 'Bob' });
    const rows = [
      { ...bob, profile: `in/${ada.profile}` },
      { ...bob, email: ada.email },
    ];
    for (const row of rows) {
      const [told] = await importLeads(deeds.commands, house.caller, { campaignId: another.campaignId, rows: [row] });
      expect(told).toMatchObject({ outcome: 'conflict', leadId: null });
      for (const way of [row.email, publicName(row)]) expect(told?.problem?.what).toContain(way);
    }
    expect(await contactsOf(house)).toMatchObject([{ email: ada.email, profile: ada.profile, firstName: 'Ada' }]);

    as('done', await perform(ada.id));
    as('done', await perform(ada.id));
    expect((await deeds.deliveriesOf(ada.id)).map(({ recipient }) => recipient).sort()).toEqual(
      [ada.email, ada.email, ada.profile].sort(),
    );
  });

  test('teaches a contact’s profile, and a sequence that was begun without it writes to nobody there', async () => {
    const house = await aHouse(deeds.db);
    const ada = await enrolled({ house, steps: steps('email', 'linkedin_invitation'), lead: aLead({ profile: '' }) });
    const another = await aRunning(house);
    expect(await outcomes(another, { email: ada.email, profile: 'in/somebody-else' })).toEqual(['in_other_sequence']);
    expect(await pointsOf(house)).toEqual([[ada.email, 'somebody-else']]);
    as('done', await perform(ada.id));
    as('done', await perform(ada.id));
    expect(await deeds.deliveriesOf(ada.id)).toMatchObject([{ recipient: ada.email }]);
    expect((await deeds.stepsOf(ada.id)).map(({ status }) => status)).toEqual(['SENT', 'SKIPPED']);
  });

  test('knows a contact by every address of theirs, and goes on writing to the one that was chosen', async () => {
    const campaign = await aRunning();
    const [ada, further] = [aLead(), aLead().email];
    await outcomes(campaign, ada);
    const { workspaceId } = campaign;
    const { id: contactId } = first(await contactsOf(campaign));
    const learnt = { workspaceId, contactId, source: 'person', now: 0 } as const;
    await deeds.db.asSystem((tx) => learnPoints(tx, learnt, [{ kind: 'address', key: further }]));
    const rows = [
      { email: further, jobTitle: 'CTO' },
      { ...ada, email: further },
    ];
    for (const row of rows) expect(await outcomes(campaign, row)).toEqual(['already_in_campaign']);
    expect(await contactsOf(campaign)).toMatchObject([{ email: ada.email, jobTitle: 'CTO' }]);
  });

  test('of one profile with several addresses at once keeps the first, and the others contradict it', async () => {
    const campaign = await aRunning();
    const rows = Array.from({ length: 4 }, () => aLead({ profile: 'in/one-of-many' }));
    const told = await Promise.all(rows.map((row) => outcomes(campaign, row)));
    const [kept] = rows.filter((_, n) => told[n]?.[0] === 'approved');
    expect(told.flat().sort()).toEqual(['approved', 'conflict', 'conflict', 'conflict']);
    expect(await pointsOf(campaign)).toEqual([[kept?.email, 'one-of-many']]);
  });

  test('changes no address that is known already, whether or not anybody is being written to', async () => {
    const campaign = await aRunning();
    const ada = aLead();
    await outcomes(campaign, ada);
    const moved = { ...ada, email: aLead().email, jobTitle: 'CTO' };
    const [told] = await importLeads(deeds.commands, campaign.caller, {
      campaignId: campaign.campaignId,
      rows: [moved],
    });
    expect(told).toMatchObject({
      outcome: 'conflict',
      problem: {
        path: [],
        what: `${ada.profile} is known with the address ${ada.email}, not ${moved.email}: nothing was changed; leave one of the two out to say who is meant`,
      },
    });
    expect(await contactsOf(campaign)).toMatchObject([{ email: ada.email, jobTitle: null }]);
  });

  test('keeps a suppressed address, so that its person stays suppressed', async () => {
    const house = await aHouse(deeds.db);
    const [one, two] = [await aRunning(house), await aRunning(house)];
    const [ada, linked] = [aLead(), aLead({ email: '' })];
    await outcomes(one, ada, linked);
    await suppress(deeds.commands, house.caller, [
      { kind: 'address', value: ada.email, reason: 'asked_by_user' },
      { kind: 'profile', value: publicName(linked), reason: 'asked_by_user' },
    ]);
    for (const { campaignId } of [one, two]) {
      const rows = [{ ...ada, email: aLead().email }];
      expect(await importLeads(deeds.commands, house.caller, { campaignId, rows })).toMatchObject([
        {
          outcome: 'suppressed',
          problem: { what: expect.stringContaining(`${ada.profile} is known with the address ${ada.email}`) },
        },
      ]);
    }
    // What was not known of somebody is learnt, and they are suppressed by that name too.
    const { email } = aLead();
    expect(await outcomes(two, { ...linked, email })).toEqual(['suppressed']);
    expect(await outcomes(two, { email }, { profile: ada.profile })).toEqual(['suppressed', 'suppressed']);
    expect(await pointsOf(house)).toEqual([
      [ada.email, publicName(ada)],
      [email, publicName(linked)],
    ]);
  });

  test('takes no bare word for a profile: the rest of the row is kept, and the two remain two', async () => {
    const campaign = await aRunning();
    const people = [aLead({ profile: '54321' }), aLead({ profile: '54321' }), aLead({ profile: 'N/A' })];
    const told = await importLeads(deeds.commands, campaign.caller, {
      campaignId: campaign.campaignId,
      rows: [...people, { profile: '12345', firstName: 'Ada' }],
    });
    expect(told.map(({ outcome }) => outcome)).toEqual(['approved', 'approved', 'approved', 'invalid']);
    expect(told[0]?.problem).toEqual({
      path: ['profile'],
      what: '"54321" is not the address of a person\'s LinkedIn profile, expected "https://www.linkedin.com/in/ada-lovelace"; the cell was left out',
    });
    expect(told[3]?.problem).toEqual({
      path: ['profile'],
      what: expect.stringMatching(/^"12345" is not the address .*lovelace"$/),
    });
    expect(await pointsOf(campaign)).toEqual(people.map(({ email }) => [email, null]));
  });

  test('knows a suppressed contact also by what the row leaves out', async () => {
    const house = await aHouse(deeds.db);
    const [one, two] = [await aRunning(house), await aRunning(house)];
    const lead = aLead();
    await outcomes(one, lead);
    await suppress(deeds.commands, house.caller, [{ kind: 'address', value: lead.email, reason: 'asked_by_user' }]);
    expect(await outcomes(two, { profile: lead.profile })).toEqual(['suppressed']);
  });
});

describe('a lead', () => {
  test('is approved or rejected by a person, the same decision twice is one, and another one is refused', async () => {
    const house = await aHouse(deeds.db);
    const { campaignId, caller } = await aCampaign(deeds.commands, house, {
      content: plain(),
      settings: { approvalMode: 'MANUAL_REVIEW' },
      leads: [aLead(), aLead()],
    });
    const [one, two] = (await leadsOf(campaignId)).map(({ id }) => id);
    if (!one || !two) throw new Error('no leads');
    const approve = (id: LeadId) => approveLead(deeds.commands, caller, id);
    const reject = (id: LeadId) => rejectLead(deeds.commands, caller, id);
    await Promise.all([approve(one), approve(one)]);
    await reject(two);
    await reject(two);
    expect(await standingOf(campaignId)).toEqual(['APPROVED', 'REJECTED']);
    await expect(reject(one)).rejects.toEqual(refused('wrong_state'));
    await expect(approve(two)).rejects.toEqual(refused('wrong_state'));
    await deeds.enrolBatch(campaignId);
    expect(await standingOf(campaignId)).toEqual(['ENROLLED', 'REJECTED']);
    await expect(approve(one)).rejects.toEqual(refused('wrong_state'));
    const kinds = await eventsOfCampaign(campaignId);
    expect(kinds.filter((kind) => kind === 'lead_approved' || kind === 'lead_rejected')).toHaveLength(2);
    await expect(approve(newId<LeadId>())).rejects.toEqual(refused('not_found'));
  });

  test('that failed is tried again once what was wrong is put right', async () => {
    const house = await aHouse(deeds.db);
    const lead = aLead({ email: '' });
    const { campaignId, caller } = await aCampaign(deeds.commands, house, { content: plain(), leads: [lead] });
    await deeds.enrolBatch(campaignId);
    expect(await standingOf(campaignId)).toEqual(['FAILED no_email']);
    await importLeads(deeds.commands, caller, {
      campaignId,
      rows: [{ profile: lead.profile, email: `${publicName(lead)}@lead.example` }],
    });
    await approveLead(deeds.commands, caller, first(await leadsOf(campaignId)).id);
    await deeds.enrolBatch(campaignId);
    expect(await standingOf(campaignId)).toEqual(['ENROLLED']);
  });
});
