import { and, eq } from 'drizzle-orm';
import { chosenPoints } from '../../src/db/contact-points.ts';
import { newId } from '../../src/db/new-id.ts';
import type { Db } from '../../src/db/pool.ts';
import {
  accounts,
  callbacks,
  campaigns,
  connections,
  contacts,
  deliveries,
  enrolmentDays,
  generations,
  importRows,
  imports,
  inboundMessages,
  invitations,
  leads,
  linkedinPolls,
  members,
  sequenceSteps,
  sequences,
  sessions,
  signInCodes,
  slots,
  suppressions,
  tasks,
  templates,
  templateVersions,
  tokens,
} from '../../src/db/schema.ts';
import {
  type AccountId,
  type CallbackId,
  type CampaignId,
  type ContactId,
  type ContactPointId,
  type DeliveryId,
  type GenerationId,
  type ImportId,
  type InboundId,
  type MemberId,
  messageIdOf,
  type SequenceId,
  type StepId,
  type SuppressionId,
  type TaskId,
  type TemplateId,
  type TokenId,
} from '../../src/domain/ids.ts';
import { aCampaign, aHouse, aMailServer, content, leadRows, type RunningCampaign, steps } from './scenario.ts';

/** What nothing else points to, so that a row of another workspace could try to. */
interface Spares {
  memberId: MemberId;
  accountId: AccountId;
  templateId: TemplateId;
  campaignId: CampaignId;
  contactId: ContactId;
  pointId: ContactPointId;
  sequenceId: SequenceId;
  stepId: StepId;
  tokenId: TokenId;
  importId: ImportId;
}

export interface FullHouse extends RunningCampaign {
  /** The open sequence with a task, a delivery and a slot; its contact. */
  sequenceId: SequenceId;
  contactId: ContactId;
  spare: Spares;
}

/** No two spare steps have the same, so that one could stand in the sequence of the other. */
let position = 2;

const AT = Date.parse('2030-03-18T09:00:00Z');

/** A workspace with at least one row in every table: a campaign with a sequence under way, and a spare of each noun. */
export async function aFullHouse(db: Db, name: string): Promise<FullHouse> {
  const house = await aHouse(db);
  const { workspaceId, memberId, emailAccount, linkedInAccount } = house;
  const campaign = await aCampaign({ db, announce: () => undefined }, house, {
    content: content(steps('email', 'manual_task')),
    leads: leadRows(2, name),
  });
  const { templateId, campaignId } = campaign;
  return db.asSystem(async (tx) => {
    const [contact, otherContact] = await tx.select().from(contacts).where(eq(contacts.workspaceId, workspaceId));
    if (!contact || !otherContact) throw new Error('the leads were not imported');
    const [chosen, otherChosen] = [await chosenPoints(tx, contact.id), await chosenPoints(tx, otherContact.id)];
    if (otherChosen.emailPoint === null) throw new Error('the leads have no address');
    const spare: Spares = {
      memberId: newId(),
      accountId: newId(),
      templateId: newId(),
      campaignId: newId(),
      contactId: otherContact.id,
      pointId: otherChosen.emailPoint,
      sequenceId: newId(),
      stepId: newId(),
      tokenId: newId(),
      importId: newId(),
    };
    const sequenceId = newId<SequenceId>();
    const tokenId = newId<TokenId>();
    const [emailStep, callStep] = [newId<StepId>(), newId<StepId>()];

    await tx
      .insert(members)
      .values({ id: spare.memberId, workspaceId, name: 'Kim Spare', email: `kim@${name}.example`, createdAt: AT });
    await tx.insert(tokens).values({
      id: tokenId,
      workspaceId,
      memberId,
      name: 'Lead import',
      hash: `hash of ${name}`,
      shown: 'topo_…abcd',
      scopes: ['sequences:read'],
      createdAt: AT,
    });
    await tx.insert(tokens).values({
      id: spare.tokenId,
      workspaceId,
      memberId,
      name: 'Spare',
      hash: `spare hash of ${name}`,
      shown: 'topo_…wxyz',
      scopes: [],
      createdAt: AT,
    });
    await tx.insert(accounts).values({
      id: spare.accountId,
      workspaceId,
      memberId,
      channel: 'email',
      address: `kim@${name}.example`,
      status: 'CONNECTED',
      settings: aMailServer,
      createdAt: AT,
    });
    await tx.insert(templates).values({
      id: spare.templateId,
      workspaceId,
      status: 'PENDING_SETUP',
      version: 1,
      dailyLeadsTarget: 1,
      approvalMode: 'AUTOPILOT',
      createdAt: AT,
      updatedAt: AT,
    });
    // As many versions as the other template has, so that a sequence of another workspace would find its own.
    await tx
      .insert(templateVersions)
      .values({ workspaceId, templateId: spare.templateId, version: 1, content: content([]), createdAt: AT });
    await tx.insert(campaigns).values({
      id: spare.campaignId,
      workspaceId,
      name: 'Autumn',
      templateId: spare.templateId,
      ownerId: memberId,
      status: 'DRAFT',
      createdAt: AT,
    });
    await tx.insert(enrolmentDays).values({ workspaceId, templateId, day: '2030-03-18', enrolled: 1 });
    await tx
      .insert(connections)
      .values({ workspaceId, accountId: linkedInAccount, contactId: contact.id, connectedAt: AT });

    const pinned = { workspaceId, campaignId, templateId, templateVersion: 1, enrolledAt: AT };
    await tx.insert(sequences).values([
      {
        ...pinned,
        id: sequenceId,
        contactId: contact.id,
        emailAccountId: emailAccount,
        linkedinAccountId: linkedInAccount,
        ...chosen,
        status: 'WAITING_FOR_USER',
      },
      {
        ...pinned,
        id: spare.sequenceId,
        contactId: otherContact.id,
        status: 'COMPLETED',
        endReason: 'no_more_steps',
        endedAt: AT,
      },
    ]);
    await tx.update(leads).set({ status: 'ENROLLED', sequenceId }).where(eq(leads.contactId, contact.id));
    const said = { kind: 'email', subject: 'Hello', body: 'Hello' } as const;
    await tx.insert(sequenceSteps).values([
      {
        workspaceId,
        sequenceId,
        stepId: emailStep,
        position: 0,
        kind: 'email',
        name: 'Hello',
        status: 'SENDING',
        content: said,
      },
      { workspaceId, sequenceId, stepId: callStep, position: 1, kind: 'manual_task', name: 'Call', status: 'PENDING' },
      {
        workspaceId,
        sequenceId: spare.sequenceId,
        stepId: spare.stepId,
        position: position++,
        kind: 'email',
        name: 'Bye',
        status: 'CANCELED',
      },
    ]);
    await tx.insert(tasks).values({
      id: newId<TaskId>(),
      workspaceId,
      sequenceId,
      stepId: callStep,
      kind: 'manual_step',
      manualKind: 'call',
      title: 'Call',
      instructions: 'Say hello',
      assigneeId: memberId,
      status: 'OPEN',
      createdAt: AT,
    });
    await tx.insert(deliveries).values({
      id: newId<DeliveryId>(),
      workspaceId,
      sequenceId,
      stepId: emailStep,
      accountId: emailAccount,
      state: 'CLAIMED',
      messageId: messageIdOf(sequenceId, emailStep, 'acme.example'),
      recipient: `${name}0@lead.example`,
      claimedAt: AT,
    });
    await tx.insert(slots).values({ sequenceId, workspaceId, accountId: emailAccount, at: AT, firstEmail: true });
    await tx.insert(inboundMessages).values({
      id: newId<InboundId>(),
      workspaceId,
      accountId: emailAccount,
      messageId: `<hello@${name}.example>`,
      kind: 'reply',
      sequenceId,
      contactId: contact.id,
      receivedAt: AT,
    });
    await tx.insert(invitations).values({
      workspaceId,
      accountId: linkedInAccount,
      contactId: contact.id,
      sequenceId,
      state: 'PENDING',
      sentAt: AT,
    });
    await tx.insert(linkedinPolls).values({ workspaceId, accountId: linkedInAccount, dueAt: AT });
    await tx.insert(callbacks).values({
      id: newId<CallbackId>(),
      workspaceId,
      accountId: linkedInAccount,
      key: `status of ${name}`,
      event: { kind: 'accountStatus', account: name, key: `status of ${name}`, status: 'ok' },
      receivedAt: AT,
      retryAt: AT,
    });
    await tx.insert(generations).values({
      id: newId<GenerationId>(),
      workspaceId,
      sequenceId,
      purpose: 'enrolment',
      provider: 'openai',
      model: 'small',
      milliseconds: 900,
      at: AT,
    });
    const importId = newId<ImportId>();
    await tx.insert(imports).values({
      id: importId,
      workspaceId,
      campaignId,
      fileName: 'leads.csv',
      approve: false,
      actor: 'test',
      createdAt: AT,
    });
    await tx.insert(imports).values({
      id: spare.importId,
      workspaceId,
      campaignId: spare.campaignId,
      fileName: 'more.csv',
      approve: false,
      actor: 'test',
      createdAt: AT,
      finishedAt: AT,
    });
    await tx.insert(importRows).values({ workspaceId, importId, row: 2, data: { email: `x@${name}.example` } });
    await tx
      .insert(sessions)
      .values({ hash: `session of ${name}`, workspaceId, tokenId, createdAt: AT, expiresAt: AT });
    await tx.insert(signInCodes).values({ hash: `code of ${name}`, workspaceId, tokenId, expiresAt: AT });
    await tx.insert(suppressions).values({
      id: newId<SuppressionId>(),
      workspaceId,
      kind: 'address',
      value: `never@${name}.example`,
      key: `never@${name}.example`,
      reason: 'unsubscribed',
      createdAt: AT,
    });
    const [lead] = await tx
      .select()
      .from(leads)
      .where(and(eq(leads.workspaceId, workspaceId), eq(leads.status, 'ENROLLED')));
    if (!lead) throw new Error('the lead was not enrolled');
    return { ...campaign, sequenceId, contactId: contact.id, spare };
  });
}
