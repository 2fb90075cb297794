/**
 * Branded ids, and the keys made of them. Ids are UUIDv7, made in `db/new-id.ts`; here they are only told apart, so
 * that a task's id can never be handed where a sequence's is meant.
 */
declare const noun: unique symbol;
type Id<Noun extends string> = string & { readonly [noun]: Noun };

/** Any of them. */
export type AnyId = Id<string>;
export type WorkspaceId = Id<'workspace'>;
export type MemberId = Id<'member'>;
export type TokenId = Id<'token'>;
export type TemplateId = Id<'template'>;
export type StepId = Id<'step'>;
export type CampaignId = Id<'campaign'>;
export type ContactId = Id<'contact'>;
export type ContactPointId = Id<'contact_point'>;
export type LeadId = Id<'lead'>;
export type SequenceId = Id<'sequence'>;
export type TaskId = Id<'task'>;
export type AccountId = Id<'account'>;
export type DeliveryId = Id<'delivery'>;
export type SuppressionId = Id<'suppression'>;
export type EventId = Id<'event'>;
export type InboundId = Id<'inbound message'>;
export type CallbackId = Id<'callback'>;
export type GenerationId = Id<'generation'>;
export type ImportId = Id<'import'>;

/** The key of a sequence's workflow; what an operator types into the Temporal UI. Design 3. */
export const sequenceWorkflowId = (id: SequenceId) => `sequence/${id}`;
export const campaignWorkflowId = (id: CampaignId) => `campaign/${id}`;
export const mailboxWorkflowId = (id: AccountId) => `mailbox/${id}`;
/** The task queue of the mailboxes' watchers, beside the one of everything else. */
export const watchQueueOf = (taskQueue: string) => `${taskQueue}-mailboxes`;
export const RECONCILE_WORKFLOW_ID = 'reconcile';

/**
 * The Message-ID of one step's email, angle brackets included: the same for every attempt, so a receiver (and our own
 * look-up) recognises a repetition. `domain` is the sender's. RFC 5322 section 3.6.4; design 6.
 */
export const messageIdOf = (sequence: SequenceId, step: StepId, domain: string) => `<${sequence}.${step}@${domain}>`;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether `text` has the form of an id. Doors ask before they brand it. */
export const isId = (text: string): boolean => UUID.test(text);

/** Brands a text that a door has parsed or the database has returned. The only place where an id is cast. */
export const idOf = <T extends AnyId>(text: string): T => text.toLowerCase() as T;
