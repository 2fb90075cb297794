import { createHash } from 'node:crypto';
import type { LinkedIn, LinkedInOutcome, Relation } from '../../src/adapters/linkedin.ts';
import { HEAD_BYTES, MailboxAway, type Mailboxes } from '../../src/adapters/mailbox.ts';
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
    verify: async () => ({ kind: 'ok' }),
  };

  const filed: string[] = [];
  const inbox: { uid: number; source: Buffer }[] = [];
  const imap = { isAway: false, refusesLogin: false, hasSentFolder: true, filesByItself: false, uidValidity: 1 };
  const hooks: { beforeFetch: (() => Promise<void>) | undefined } = { beforeFetch: undefined };
  /** One account's mailbox; every account sees the same. */
  const mailboxes: Mailboxes = {
    async open() {
      if (imap.isAway) throw new MailboxAway('away', 'imap.example:993 does not answer');
      if (imap.refusesLogin) throw new MailboxAway('authentication', 'imap.example:993 refused the password');
      return {
        uidValidity: imap.uidValidity,
        after: async (uid) => inbox.filter((mail) => mail.uid > uid).map((mail) => mail.uid),
        since: async () => inbox.map((mail) => mail.uid),
        fetch: async (uid, maxBytes) => {
          await hooks.beforeFetch?.();
          const mail = inbox.find((each) => each.uid === uid);
          if (!mail) return null;
          return mail.source.length > maxBytes
            ? { kind: 'tooLarge', head: mail.source.subarray(0, HEAD_BYTES) }
            : { kind: 'mail', source: mail.source };
        },
        changed: async () => undefined,
        hasSent: async (messageId) =>
          imap.hasSentFolder
            ? filed.includes(messageId) ||
              (imap.filesByItself && accepted.some((email) => email.messageId === messageId))
            : null,
        fileSent: async (raw) => {
          if (imap.hasSentFolder) filed.push(JSON.parse(raw.toString()).messageId);
          return imap.hasSentFolder;
        },
        close: async () => undefined,
      };
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
    mailboxes,
    /** How the mail server behaves, and what is in its Sent folder and inbox. */
    imap,
    filed,
    inbox,
    hooks,
    receive: (source: Buffer | string) => void inbox.push({ uid: inbox.length + 1, source: Buffer.from(source) }),
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
