import { createHash } from 'node:crypto';
import type { LinkedIn, LinkedInOutcome, Relation } from '../../src/adapters/linkedin.ts';
import type { Mailer, OutgoingEmail, SendOutcome } from '../../src/adapters/mailer.ts';

export interface AcceptedEmail {
  messageId: string;
  to: string;
  subject: string;
  text: string;
  inReplyTo: string | null;
  references: readonly string[];
}

/** What a server does with the next message to an address: answers or cuts, or runs `meanwhile` before it asks for the body. */
export interface Reaction {
  outcome?: Exclude<SendOutcome, { kind: 'accepted' | 'permissionWithdrawn' }>;
  meanwhile?: () => Promise<void>;
}

/** Mail servers and LinkedIn in memory, behind the real ports. What was accepted is the truth that tests compare with. */
export function createTestWorld() {
  const accepted: AcceptedEmail[] = [];
  let bodies = 0;
  const reactions = new Map<string, Reaction[]>();
  const relations = new Map<string, Relation>();
  const invitations: { profile: string; note: string | null }[] = [];
  const messages: { profile: string; text: string }[] = [];
  const refusals: LinkedInOutcome[] = [];

  const mailer: Mailer = {
    async compose(email) {
      const raw = Buffer.from(JSON.stringify(email));
      return { raw, sha256: createHash('sha256').update(raw).digest('hex') };
    },
    async send(_settings, envelope, raw, beforeBody) {
      const reaction = reactions.get(envelope.to)?.shift();
      await reaction?.meanwhile?.();
      const outcome = reaction?.outcome;
      if (outcome?.kind === 'cutBeforeBody' || (outcome?.kind === 'answered' && outcome.stage !== 'body'))
        return outcome;
      if (!(await beforeBody())) return { kind: 'permissionWithdrawn' };
      bodies++;
      if (outcome) return outcome;
      const { messageId, to, subject, text, inReplyTo, references }: OutgoingEmail = JSON.parse(raw.toString());
      accepted.push({ messageId, to: to.address, subject, text, inReplyTo, references });
      return { kind: 'accepted', answer: '250 ok' };
    },
  };

  const linkedIn: LinkedIn = {
    async relation(_account, profile) {
      return profile.startsWith('missing-') ? 'unknownProfile' : (relations.get(profile) ?? 'none');
    },
    async invite(_account, profile, note) {
      const refusal = refusals.shift();
      if (refusal) return refusal;
      invitations.push({ profile, note });
      relations.set(profile, 'pending');
      return { kind: 'done', externalId: `invitation-${invitations.length}` };
    },
    async sendMessage(_account, profile, text) {
      const refusal = refusals.shift();
      if (refusal) return refusal;
      messages.push({ profile, text });
      return { kind: 'done', externalId: `message-${messages.length}` };
    },
    async hasMessage(_account, profile, text) {
      return messages.some((message) => message.profile === profile && message.text === text);
    },
  };

  return {
    mailer,
    linkedIn,
    accepted,
    invitations,
    messages,
    relations,
    /** How many bodies were begun. */
    bodies: () => bodies,
    react: (address: string, ...next: Reaction[]) =>
      void reactions.set(address, [...(reactions.get(address) ?? []), ...next]),
    refuseLinkedIn: (...outcomes: LinkedInOutcome[]) => void refusals.push(...outcomes),
  };
}

export type TestWorld = ReturnType<typeof createTestWorld>;
