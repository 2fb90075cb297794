import type { z } from 'zod';
import { isProvidersId } from '../domain/accounts/linkedin.ts';
import { normaliseProfile } from '../domain/contact.ts';
import {
  Account,
  Cancelled,
  Chat,
  Invited,
  isConnected,
  isPending,
  known,
  listOf,
  Message,
  Profile,
  publicIdIn,
  Said,
  SentInvitation,
  sameText,
  statusOf,
} from './http-linkedin-answers.ts';
import { ask, type Found, type HttpLinkedInSettings, type Query } from './http-linkedin-wire.ts';
import type { LinkedIn, LinkedInAccount } from './linkedin.ts';

const PAGE_SIZE = 100;
const MAX_PAGES = 10;

/** LinkedIn through Unipile v1. Facts: libraries 6. */
export const createHttpLinkedIn = (settings: HttpLinkedInSettings): LinkedIn => ({
  ...questions(settings),
  ...deeds(settings),
});

type Deed = 'invite' | 'sendMessage' | 'withdraw';

function questions(settings: HttpLinkedInSettings): Omit<LinkedIn, Deed> {
  return {
    async relation(account, profile) {
      const value = known(await findProfile(settings, account, profile));
      if (value === null) return 'unknownProfile';
      if (isConnected(value)) return 'connected';
      if (isPending(value)) return 'pending';
      const isTheirs = ({ invited_user_id }: z.infer<typeof SentInvitation>) => invited_user_id === value.provider_id;
      return (await anyOf(sentBy(settings, account), isTheirs)) ? 'pending' : 'none';
    },

    async hasMessage(account, profile, text) {
      const person = known(await findProfile(settings, account, profile));
      if (person === null) return false;
      const path = `chat_attendees/${encodeURIComponent(person.provider_id)}/chats`;
      const chats = known(await get(settings, path, { account_id: account.externalId }, listOf(Chat)));
      const wanted = sameText(text);
      const isIt = (message: z.infer<typeof Message>) =>
        Boolean(message.is_sender) && sameText(message.text ?? '') === wanted;
      for (const { id } of chats?.items.slice(0, MAX_PAGES) ?? [])
        if (await anyOf(pagesOf(settings, `chats/${encodeURIComponent(id)}/messages`, {}, Message), isIt)) return true;
      return false;
    },

    async pendingInvitations(account) {
      const pending: z.infer<typeof SentInvitation>[] = [];
      for await (const page of sentBy(settings, account)) pending.push(...page);
      return pending.map(({ id, invited_user_public_id }) => ({
        externalId: id,
        profile: publicIdIn(invited_user_public_id),
      }));
    },

    async accountStatus({ externalId }) {
      const found = await get(settings, `accounts/${encodeURIComponent(externalId)}`, {}, Account);
      if (found.kind === 'disconnected') return 'disconnected';
      const account = known(found);
      return account === null ? 'unknownAccount' : statusOf(account.sources.map(({ status }) => status));
    },

    async publicId(account, providerId) {
      if (!isProvidersId(providerId)) return publicIdIn(providerId);
      return publicIdIn(known(await findMember(settings, account, providerId))?.public_identifier);
    },
  };
}

function deeds(settings: HttpLinkedInSettings): Pick<LinkedIn, Deed> {
  return {
    async invite(account, profile, note) {
      const found = await findProfile(settings, account, profile);
      if (found.kind !== 'found') return found;
      if (isConnected(found.value) || isPending(found.value)) return { kind: 'already' };
      const body = {
        provider_id: found.value.provider_id,
        account_id: account.externalId,
        ...(note === null ? {} : { message: note }),
      };
      const sent = await ask(settings, { method: 'POST', path: 'users/invite', body }, Invited);
      return sent.kind === 'found'
        ? { kind: 'done', externalId: sent.value.invitation_id, providerId: found.value.provider_id }
        : sent;
    },

    async sendMessage(account, profile, text) {
      const found = await findProfile(settings, account, profile);
      if (found.kind !== 'found') return found;
      if (!isConnected(found.value)) return { kind: 'notConnected' };
      const body = new FormData();
      body.append('account_id', account.externalId);
      body.append('attendees_ids', found.value.provider_id);
      body.append('text', text);
      const said = await ask(settings, { method: 'POST', path: 'chats', body }, Said);
      if (said.kind !== 'found') return said;
      const externalId = said.value.message_id ?? said.value.chat_id ?? '';
      return { kind: 'done', externalId, providerId: found.value.provider_id };
    },

    async withdraw(account, externalId) {
      const path = `users/invite/sent/${encodeURIComponent(externalId)}`;
      const query = { account_id: account.externalId };
      const cancelled = await ask(settings, { method: 'DELETE', path, query }, Cancelled);
      // Not found: answered, or withdrawn before.
      if (cancelled.kind === 'invalidProfile') return { kind: 'already' };
      return cancelled.kind === 'found' ? { kind: 'done', externalId } : cancelled;
    },
  };
}

const get = <T>(settings: HttpLinkedInSettings, path: string, query: Query, schema: z.ZodType<T>) =>
  ask(settings, { method: 'GET', path, query }, schema);

async function findProfile(
  settings: HttpLinkedInSettings,
  account: LinkedInAccount,
  profile: string,
): Promise<Found<Profile>> {
  const normalised = normaliseProfile(profile);
  if (!normalised.ok) return { kind: 'invalidProfile', detail: 'not a LinkedIn profile' };
  return findMember(settings, account, normalised.profile);
}

/** By their public id, or by the provider's. */
const findMember = (settings: HttpLinkedInSettings, { externalId }: LinkedInAccount, id: string) =>
  get(settings, `users/${encodeURIComponent(id)}`, { account_id: externalId }, Profile);

const sentBy = (settings: HttpLinkedInSettings, { externalId }: LinkedInAccount) =>
  pagesOf(settings, 'users/invite/sent', { account_id: externalId }, SentInvitation);

/** A list page by page, at most the newest thousand of its items; ask no further and no more is fetched. */
async function* pagesOf<T>(
  settings: HttpLinkedInSettings,
  path: string,
  query: Query,
  item: z.ZodType<T>,
): AsyncGenerator<T[]> {
  let cursor: string | null | undefined = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const paging: Query = { limit: String(PAGE_SIZE), ...(cursor ? { cursor } : {}) };
    const list = known(await get(settings, path, { ...query, ...paging }, listOf(item)));
    yield list?.items ?? [];
    cursor = list?.cursor;
    if (!cursor) return;
  }
}

/** Whether any item is the one; the pages after it are not fetched. */
async function anyOf<T>(pages: AsyncGenerator<T[]>, isIt: (item: T) => boolean): Promise<boolean> {
  for await (const page of pages) if (page.some(isIt)) return true;
  return false;
}
