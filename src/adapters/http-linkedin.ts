import { z } from 'zod';
import { normaliseProfile } from '../domain/contact.ts';
import {
  type LinkedIn,
  type LinkedInAccount,
  type LinkedInFault,
  type LinkedInOutcome,
  LinkedInUnavailable,
  type Relation,
} from './linkedin.ts';

const MAX_ANSWER_BYTES = 1024 * 1024;
const PAGE_SIZE = 100;
const MAX_PAGES = 10;

const Profile = z.object({
  provider_id: z.string().min(1),
  is_relationship: z.boolean().nullish(),
  network_distance: z.string().nullish(),
  invitation: z.object({ type: z.string(), status: z.string() }).nullish(),
});
const Invited = z.object({ invitation_id: z.string().min(1) });
const Said = z.object({ chat_id: z.string().nullish(), message_id: z.string().nullish() });
const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), cursor: z.string().nullish() });
const SentInvitation = z.object({ invited_user_id: z.string().nullish() });
const Chat = z.object({ id: z.string().min(1) });
const Message = z.object({ text: z.string().nullish(), is_sender: z.union([z.boolean(), z.number()]) });
const Problem = z.object({ type: z.string().catch(''), title: z.string().catch('') });

type Profile = z.infer<typeof Profile>;
/** What a deed comes to when the provider will not do it. */
type Refusal = Exclude<LinkedInOutcome, { kind: 'done' }>;
type Found<T> = { kind: 'found'; value: T } | Refusal;

export interface HttpLinkedInSettings {
  /** The tenant's own address, without /api/v1. */
  baseUrl: string;
  apiKey: string;
  /** For one request, its answer included. */
  timeoutMs: number;
}

/** LinkedIn through Unipile v1. Facts: libraries 6. */
export function createHttpLinkedIn(settings: HttpLinkedInSettings): LinkedIn {
  const get = <T>(path: string, query: Record<string, string>, schema: z.ZodType<T>) =>
    ask(settings, { path: `${path}?${new URLSearchParams(query)}` }, schema);
  const post = <T>(path: string, body: FormData | Record<string, string>, schema: z.ZodType<T>) =>
    ask(settings, { path, body }, schema);

  const profileOf = async ({ externalId }: LinkedInAccount, profile: string): Promise<Found<Profile>> => {
    const normalised = normaliseProfile(profile);
    if (!normalised.ok) return { kind: 'invalidProfile', detail: 'not a LinkedIn profile' };
    return get(`users/${encodeURIComponent(normalised.profile)}`, { account_id: externalId }, Profile);
  };

  /** Whether any item of a list is the one; looks at no more than the newest thousand. */
  const anyOf = async <T>(
    path: string,
    query: Record<string, string>,
    item: z.ZodType<T>,
    isIt: (item: T) => boolean,
  ) => {
    let cursor: string | null | undefined = null;
    for (let page = 0; page < MAX_PAGES; page++) {
      const paging: Record<string, string> = { limit: String(PAGE_SIZE), ...(cursor ? { cursor } : {}) };
      const list = known(await get(path, { ...query, ...paging }, listOf(item)));
      if (list?.items.some(isIt)) return true;
      cursor = list?.cursor;
      if (!cursor) return false;
    }
    return false;
  };

  return {
    async relation(account, profile): Promise<Relation | 'unknownProfile'> {
      const value = known(await profileOf(account, profile));
      if (value === null) return 'unknownProfile';
      if (isConnected(value)) return 'connected';
      if (isPending(value)) return 'pending';
      const sent = await anyOf(
        'users/invite/sent',
        { account_id: account.externalId },
        SentInvitation,
        ({ invited_user_id }) => invited_user_id === value.provider_id,
      );
      return sent ? 'pending' : 'none';
    },

    async invite(account, profile, note) {
      const found = await profileOf(account, profile);
      if (found.kind !== 'found') return found;
      if (isConnected(found.value) || isPending(found.value)) return { kind: 'already' };
      const sent = await post(
        'users/invite',
        {
          provider_id: found.value.provider_id,
          account_id: account.externalId,
          ...(note === null ? {} : { message: note }),
        },
        Invited,
      );
      return sent.kind === 'found' ? { kind: 'done', externalId: sent.value.invitation_id } : sent;
    },

    async sendMessage(account, profile, text) {
      const found = await profileOf(account, profile);
      if (found.kind !== 'found') return found;
      if (!isConnected(found.value)) return { kind: 'notConnected' };
      const form = new FormData();
      form.append('account_id', account.externalId);
      form.append('attendees_ids', found.value.provider_id);
      form.append('text', text);
      const said = await post('chats', form, Said);
      if (said.kind !== 'found') return said;
      return { kind: 'done', externalId: said.value.message_id ?? said.value.chat_id ?? '' };
    },

    async hasMessage(account, profile, text) {
      const person = known(await profileOf(account, profile));
      if (person === null) return false;
      const path = `chat_attendees/${encodeURIComponent(person.provider_id)}/chats`;
      const chats = known(await get(path, { account_id: account.externalId }, listOf(Chat)));
      const wanted = sameText(text);
      for (const { id } of chats?.items.slice(0, MAX_PAGES) ?? []) {
        const isIt = (message: z.infer<typeof Message>) =>
          Boolean(message.is_sender) && sameText(message.text ?? '') === wanted;
        if (await anyOf(`chats/${encodeURIComponent(id)}/messages`, {}, Message, isIt)) return true;
      }
      return false;
    },
  };
}

const isConnected = ({ is_relationship, network_distance }: Profile) =>
  is_relationship === true || network_distance === 'FIRST_DEGREE' || network_distance === 'DISTANCE_1';

const isPending = ({ invitation }: Profile) => invitation?.type === 'SENT' && invitation.status === 'PENDING';

/** Providers trim, and wrap lines their own way. */
const sameText = (text: string) => text.normalize('NFC').replace(/\s+/g, ' ').trim();

/** What a question found; null: there is no such profile. Trouble with the account leaves as an error. */
function known<T>(found: Found<T>): T | null {
  switch (found.kind) {
    case 'found':
      return found.value;
    case 'invalidProfile':
      return null;
    case 'rateLimited':
    case 'disconnected':
      throw new LinkedInUnavailable('account in trouble', found);
    default:
      throw new LinkedInUnavailable('answer not understood');
  }
}

// ---- the wire

interface Request {
  path: string;
  /** Sent as it is when a form, as JSON otherwise; without one, it is a question. */
  body?: FormData | Record<string, string>;
}

async function ask<T>(
  { baseUrl, apiKey, timeoutMs }: HttpLinkedInSettings,
  { path, body }: Request,
  schema: z.ZodType<T>,
): Promise<Found<T>> {
  const isForm = body instanceof FormData;
  const { status, retryAfter, text } = await faultsNamed(async () => {
    const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/api/v1/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        'X-API-KEY': apiKey,
        Accept: 'application/json',
        ...(body && !isForm ? { 'Content-Type': 'application/json' } : {}),
      },
      body: isForm ? body : body ? JSON.stringify(body) : null,
      redirect: 'manual', // the key goes nowhere else
      signal: AbortSignal.timeout(timeoutMs),
    });
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      text: await boundedText(response),
    };
  });
  if (status >= 500 || status === 408) throw new LinkedInUnavailable('server error');
  if (status >= 400) return refusalOf(status, text, retryAfter);
  const parsed = status >= 200 && status < 300 ? schema.safeParse(parsedJson(text)) : null;
  if (!parsed?.success) throw new LinkedInUnavailable('answer not understood');
  return { kind: 'found', value: parsed.data };
}

async function faultsNamed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LinkedInUnavailable) throw error;
    const fault: LinkedInFault = error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'network';
    throw new LinkedInUnavailable(fault);
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new LinkedInUnavailable('answer not understood');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The provider's error types, by what they mean for us. What is not listed goes by its status. */
const meanings: Record<string, Refusal['kind']> = {
  'errors/already_connected': 'already',
  'errors/already_invited_recently': 'already',
  'errors/action_already_performed': 'already',
  'errors/no_connection_with_recipient': 'notConnected',
  'errors/limit_exceeded': 'rateLimited',
  'errors/cannot_resend_yet': 'rateLimited',
  'errors/connection_limit_reached': 'rateLimited',
  'errors/too_many_requests': 'rateLimited',
  'errors/invalid_recipient': 'invalidProfile',
  'errors/user_unreachable': 'invalidProfile',
  'errors/cannot_invite_attendee': 'invalidProfile',
  'errors/account_restricted': 'disconnected',
  'errors/invalid_account': 'disconnected',
};

const statusMeanings: Record<number, Refusal['kind']> = {
  401: 'disconnected',
  404: 'invalidProfile',
  429: 'rateLimited',
};

function refusalOf(status: number, text: string, retryAfter: string | null): Refusal {
  const { type, title } = Problem.catch({ type: '', title: '' }).parse(parsedJson(text));
  // Our own key, not the member's login: an operator has to act, and no account is to blame.
  if (type === 'errors/missing_credentials') throw new LinkedInUnavailable('key refused');
  const detail = `${status} ${type} ${title}`.replace(/\s+/g, ' ').trim().slice(0, 200);
  const kind = meanings[type] ?? statusMeanings[status] ?? 'refused';
  switch (kind) {
    case 'rateLimited':
      return { kind, retryAfterMs: millisecondsOf(retryAfter) };
    case 'invalidProfile':
    case 'refused':
      return { kind, detail };
    default:
      return { kind };
  }
}

/** Retry-After as seconds or as a date. */
function millisecondsOf(retryAfter: string | null): number | null {
  if (retryAfter === null) return null;
  const waitMs = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : null;
}
