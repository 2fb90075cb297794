import { createHash } from 'node:crypto';
import {
  type LinkedIn,
  type LinkedInOutcome,
  LinkedInUnavailable,
  type Relation,
} from '../../src/adapters/linkedin.ts';
import { HEAD_BYTES, MailboxAway, type Mailboxes } from '../../src/adapters/mailbox.ts';
import type { Mailer, OutgoingEmail, SendOutcome } from '../../src/adapters/mailer.ts';

interface AcceptedEmail {
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

  const withdrawn: string[] = [];
  const publicIds = new Map<string, string>();
  const provider: { isAway: boolean; accountStatus: Awaited<ReturnType<LinkedIn['accountStatus']>> } = {
    isAway: false,
    accountStatus: 'ok',
  };
  const reach = () => {
    if (provider.isAway) throw new LinkedInUnavailable('network');
  };
  /** Of the invitation that is pending; one that is not among ours the member sent by hand. */
  const pendingId = (profile: string) => {
    const index = invitations.findLastIndex((each) => each.profile === profile);
    return index < 0 ? `by-hand-${profile}` : `invitation-${index + 1}`;
  };
  const stand = (profile: string, relation: Relation) => {
    relations.delete(profile); // the newest comes last
    relations.set(profile, relation);
  };
  const pending = () =>
    [...relations]
      .flatMap(([profile, relation]) => (relation === 'pending' ? [{ externalId: pendingId(profile), profile }] : []))
      .reverse();

  const linkedIn: LinkedIn = {
    async relation(_account, profile) {
      reach();
      return profile.startsWith('missing-') ? 'unknownProfile' : (relations.get(profile) ?? 'none');
    },
    async invite(_account, profile, note) {
      reach();
      const refusal = refusals.shift();
      if (refusal) return refusal;
      invitations.push({ profile, note });
      stand(profile, 'pending');
      const [providerId] = [...publicIds].find(([, publicId]) => publicId === profile) ?? [];
      return { kind: 'done', externalId: pendingId(profile), ...(providerId && { providerId }) };
    },
    async sendMessage(_account, profile, text) {
      reach();
      const refusal = refusals.shift();
      if (refusal) return refusal;
      messages.push({ profile, text });
      return { kind: 'done', externalId: `message-${messages.length}` };
    },
    async hasMessage(_account, profile, text) {
      reach();
      return messages.some((message) => message.profile === profile && message.text === text);
    },
    async pendingInvitations() {
      reach();
      return pending();
    },
    async withdraw(_account, externalId) {
      reach();
      const refusal = refusals.shift();
      if (refusal) return refusal;
      const invited = pending().find((each) => each.externalId === externalId);
      if (!invited) return { kind: 'already' };
      relations.set(invited.profile, 'none');
      withdrawn.push(invited.profile);
      return { kind: 'done', externalId };
    },
    async accountStatus() {
      reach();
      return provider.accountStatus;
    },
    async publicId(_account, providerId) {
      reach();
      return publicIds.get(providerId) ?? null;
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
    /** How everybody stands to the account's member: set it to accept, decline or be connected already. */
    relations,
    /** Invites somebody by hand, as a member does on LinkedIn itself. */
    inviteByHand: (profile: string) => stand(profile, 'pending'),
    /** The profiles whose invitations were taken back, in order. */
    withdrawn,
    /** Who somebody is that a callback names by the provider's id. */
    publicIds,
    /** The provider itself: whether it answers, and what it says of every account. */
    provider,
    /** How many bodies were begun. */
    bodies: () => bodies,
    react: (address: string, ...next: Reaction[]) =>
      void reactions.set(address, [...(reactions.get(address) ?? []), ...next]),
    refuseLinkedIn: (...outcomes: LinkedInOutcome[]) => void refusals.push(...outcomes),
  };
}

export type TestWorld = ReturnType<typeof createTestWorld>;
