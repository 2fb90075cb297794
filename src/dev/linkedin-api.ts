import { z } from 'zod';
import type { SaidMessage, SimulatorMemory } from './linkedin-state.ts';
import { type Answer, type Asked, bodyOf, json } from './page.ts';

/** Unipile v1 as far as `adapters/http-linkedin.ts` speaks it. Facts: libraries 6. */

const MAX_NOTE_CHARACTERS = 300;
const MAX_BODY_BYTES = 256 * 1024;
const DEFAULT_PAGE = 100;

const Invite = z.object({ provider_id: z.string(), account_id: z.string().min(1), message: z.string().optional() });

const problem = (status: number, type: string, title: string): Answer =>
  json({ title, detail: title, type: `errors/${type}`, status }, status);

const noProfile = () => problem(404, 'resource_not_found', 'Resource not found');
const invalid = (title: string) => problem(400, 'invalid_parameters', title);

/** `ACo…` as the provider's ids are, and readable by us alone: no table of people to keep. */
export const providerIdOf = (profile: string) => `ACoAA${Buffer.from(profile).toString('base64url')}`;
const profileOf = (providerId: string) =>
  providerId.startsWith('ACoAA') ? Buffer.from(providerId.slice(5), 'base64url').toString() : null;

const chatIdOf = (accountId: string, profile: string) =>
  Buffer.from(JSON.stringify([accountId, profile])).toString('base64url');

/** Everybody is there, except those whose public id starts with `missing-`. */
export const exists = (profile: string) => !profile.startsWith('missing-');

export function nameOf(profile: string): string {
  const words = profile.split('-').filter((word) => /^\p{L}+$/u.test(word));
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ') || profile;
}

export async function answerApi(
  memory: SimulatorMemory,
  apiKey: string,
  { method, url, request }: Asked,
): Promise<Answer> {
  if (request.headers['x-api-key'] !== apiKey) return problem(401, 'missing_credentials', 'Missing credentials');
  const path = url.pathname.slice('/api/v1/'.length).split('/').map(decodeURIComponent);
  const [noun = '', id = '', part] = path;
  const route = `${method} ${noun}${id === 'invite' ? '/invite' : ''}${part ? `/${part}` : ''}`;
  const accountId = url.searchParams.get('account_id') ?? '';
  const about = (answer: () => Answer): Answer =>
    accountId === '' ? invalid('account_id is required') : (disconnected(accountId) ?? answer());

  switch (route) {
    case 'GET users':
      return about(() => userProfile(memory, accountId, id.toLowerCase()));
    case 'POST users/invite':
      return invite(memory, await bodyOf(request, MAX_BODY_BYTES));
    case 'GET users/invite/sent':
      return about(() => sentInvitations(memory, accountId, url));
    case 'POST chats':
      return startChat(memory, await formOf(request));
    case 'GET chat_attendees/chats':
      return about(() => chatsWith(memory, accountId, profileOf(id) ?? ''));
    case 'GET chats/messages':
      return chatMessages(memory, id, url);
    default:
      return noProfile();
  }
}

/** Accounts whose id starts with `disconnected-` have lost their login. */
const disconnected = (accountId: string) =>
  accountId.startsWith('disconnected-') ? problem(401, 'disconnected_account', 'Disconnected account') : null;

function userProfile(memory: SimulatorMemory, accountId: string, profile: string): Answer {
  if (!exists(profile)) return noProfile();
  const connected = memory.isConnected(accountId, profile);
  const [first = '', ...rest] = nameOf(profile).split(' ');
  return json({
    object: 'UserProfile',
    provider: 'LINKEDIN',
    provider_id: providerIdOf(profile),
    public_identifier: profile,
    first_name: first,
    last_name: rest.join(' '),
    network_distance: connected ? 'FIRST_DEGREE' : 'SECOND_DEGREE',
    is_relationship: connected,
    invitation: memory.latest(accountId, profile)?.status === 'pending' ? { type: 'SENT', status: 'PENDING' } : null,
  });
}

function invite(memory: SimulatorMemory, body: Buffer): Answer {
  const parsed = Invite.safeParse(parsedJson(body));
  if (!parsed.success) return invalid('provider_id and account_id are required');
  const { account_id, provider_id, message } = parsed.data;
  const profile = profileOf(provider_id);
  if (profile === null || !exists(profile)) return problem(422, 'invalid_recipient', 'Invalid recipient');
  if ((message?.length ?? 0) > MAX_NOTE_CHARACTERS) return problem(400, 'too_many_characters', 'Too many characters');
  const latest = memory.latest(account_id, profile)?.status;
  if (latest === 'accepted') return problem(422, 'already_connected', 'Already connected');
  if (latest === 'pending') return problem(422, 'already_invited_recently', 'Already invited recently');
  const away = disconnected(account_id);
  if (away) return away;
  return json(
    { object: 'UserInvitationSent', invitation_id: memory.invite(account_id, profile, message || null) },
    201,
  );
}

function sentInvitations(memory: SimulatorMemory, accountId: string, url: URL): Answer {
  const pending = memory
    .state()
    .invitations.filter((each) => each.accountId === accountId && each.status === 'pending');
  const items = pending.toReversed().map(({ id, profile, note, at }) => ({
    object: 'InvitationSent',
    id,
    invited_user: nameOf(profile),
    invited_user_id: providerIdOf(profile),
    invited_user_public_id: profile,
    invitation_text: note,
    parsed_datetime: new Date(at).toISOString(),
  }));
  return paged('InvitationList', items, url);
}

function startChat(memory: SimulatorMemory, form: FormData): Answer {
  const [accountId, attendee, text] = ['account_id', 'attendees_ids', 'text'].map((name) =>
    String(form.get(name) ?? ''),
  );
  if (!accountId || !attendee || !text) return invalid('account_id, attendees_ids and text are required');
  const profile = profileOf(attendee);
  if (profile === null || !exists(profile)) return problem(422, 'invalid_recipient', 'Invalid recipient');
  const away = disconnected(accountId);
  if (away) return away;
  if (!memory.isConnected(accountId, profile))
    return problem(422, 'no_connection_with_recipient', 'No connection with recipient');
  return json(
    { object: 'ChatStarted', chat_id: chatIdOf(accountId, profile), message_id: memory.say(accountId, profile, text) },
    201,
  );
}

const between = (memory: SimulatorMemory, accountId: string, profile: string): SaidMessage[] =>
  memory.state().messages.filter((each) => each.accountId === accountId && each.profile === profile);

function chatsWith(memory: SimulatorMemory, accountId: string, profile: string): Answer {
  const said = between(memory, accountId, profile).at(-1);
  const chat = {
    object: 'Chat',
    id: chatIdOf(accountId, profile),
    account_id: accountId,
    account_type: 'LINKEDIN',
    attendee_provider_id: providerIdOf(profile),
    name: nameOf(profile),
    timestamp: said ? new Date(said.at).toISOString() : null,
  };
  return json({ object: 'ChatList', items: said ? [chat] : [], cursor: null });
}

function chatMessages(memory: SimulatorMemory, chatId: string, url: URL): Answer {
  const ends = z.tuple([z.string(), z.string()]).safeParse(parsedJson(Buffer.from(chatId, 'base64url')));
  if (!ends.success) return noProfile();
  const [accountId, profile] = ends.data;
  const items = between(memory, accountId, profile)
    .toReversed()
    .map(({ id, text, at }) => ({
      object: 'Message',
      id,
      account_id: accountId,
      chat_id: chatId,
      text,
      is_sender: 1,
      timestamp: new Date(at).toISOString(),
    }));
  return paged('MessageList', items, url);
}

/** The cursor is the number of items that came before. */
function paged(object: string, items: readonly object[], url: URL): Answer {
  const start = Number(url.searchParams.get('cursor') ?? 0);
  const limit = Number(url.searchParams.get('limit') ?? DEFAULT_PAGE);
  if (!Number.isInteger(start) || !Number.isInteger(limit) || start < 0 || limit < 1) return invalid('cursor or limit');
  const end = start + limit;
  return json({ object, items: items.slice(start, end), cursor: end < items.length ? String(end) : null });
}

function parsedJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

async function formOf(request: Asked['request']): Promise<FormData> {
  const body = await bodyOf(request, MAX_BODY_BYTES);
  return new Response(body, { headers: { 'Content-Type': request.headers['content-type'] ?? '' } }).formData();
}
