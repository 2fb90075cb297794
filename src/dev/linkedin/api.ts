import { z } from 'zod';
import { type Answer, type Asked, bodyOf, json } from '../local-server.ts';
import { invalid, noProfile, paged, parsedJson, problem } from './answers.ts';
import { chatMessages, chatsWith, startChat } from './chats.ts';
import { exists, nameOf, profileOf, providerIdOf } from './people.ts';
import type { SimulatorMemory } from './state.ts';

/** Unipile v1 as far as `adapters/http-linkedin.ts` speaks it. Facts: libraries 6. */

const MAX_NOTE_CHARACTERS = 300;
const MAX_BODY_BYTES = 256 * 1024;

const Invite = z.object({ provider_id: z.string(), account_id: z.string().min(1), message: z.string().optional() });

export async function answerApi(
  memory: SimulatorMemory,
  apiKey: string,
  { method, url, request }: Asked,
): Promise<Answer> {
  if (request.headers['x-api-key'] !== apiKey) return problem(401, 'missing_credentials', 'Missing credentials');
  const path = url.pathname.slice('/api/v1/'.length).split('/').map(decodeURIComponent);
  const [noun = '', id = '', part, ofPart] = path;
  const route = [method, noun, id === 'invite' ? 'invite' : null, part ?? null]
    .filter((each) => each !== null)
    .join('/');
  const asked = (accountId: string, answer: () => Answer): Answer =>
    accountId === '' ? invalid('account_id is required') : (troubleOf(memory, accountId) ?? answer());
  const accountId = url.searchParams.get('account_id') ?? '';

  switch (route) {
    case 'GET/accounts':
      return account(memory, id);
    case 'GET/users':
      return asked(accountId, () => userProfile(memory, accountId, profileOf(id) ?? id.toLowerCase()));
    case 'POST/users/invite': {
      const invited = Invite.safeParse(parsedJson(await bodyOf(request, MAX_BODY_BYTES)));
      if (!invited.success) return invalid('provider_id and account_id are required');
      return asked(invited.data.account_id, () => invite(memory, invited.data));
    }
    case 'GET/users/invite/sent':
      return asked(accountId, () => sentInvitations(memory, accountId, url));
    case 'DELETE/users/invite/sent':
      return asked(accountId, () => withdraw(memory, accountId, ofPart ?? ''));
    case 'POST/chats': {
      const form = await formOf(request);
      return asked(String(form.get('account_id') ?? ''), () => startChat(memory, form));
    }
    case 'GET/chat_attendees/chats':
      return asked(accountId, () => chatsWith(memory, accountId, profileOf(id) ?? ''));
    case 'GET/chats/messages':
      return chatMessages(memory, id, url);
    default:
      return noProfile();
  }
}

/** What an account meets whatever it asks for. */
function troubleOf(memory: SimulatorMemory, accountId: string): Answer | null {
  const { isLoggedIn, limit } = memory.account(accountId);
  if (!isLoggedIn) return problem(401, 'disconnected_account', 'Disconnected account');
  if (!limit) return null;
  const answer = problem(429, 'too_many_requests', 'Too many requests');
  const { retryAfterSeconds } = limit;
  if (retryAfterSeconds === null) return answer;
  return { ...answer, headers: { ...answer.headers, 'Retry-After': String(retryAfterSeconds) } };
}

/** The provider's own knowledge: no limit of LinkedIn's stands in its way. Accounts named `missing-…` are not there. */
function account(memory: SimulatorMemory, id: string): Answer {
  if (id === '' || id.startsWith('missing-')) return noProfile();
  const { isLoggedIn } = memory.account(id);
  return json({
    object: 'Account',
    type: 'LINKEDIN',
    id,
    name: id,
    sources: [{ id: `${id}_MESSAGING`, status: isLoggedIn ? 'OK' : 'CREDENTIALS' }],
  });
}

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

function invite(memory: SimulatorMemory, { account_id, provider_id, message }: z.infer<typeof Invite>): Answer {
  const profile = profileOf(provider_id);
  if (profile === null || !exists(profile)) return problem(422, 'invalid_recipient', 'Invalid recipient');
  if ((message?.length ?? 0) > MAX_NOTE_CHARACTERS) return problem(400, 'too_many_characters', 'Too many characters');
  const latest = memory.latest(account_id, profile)?.status;
  if (latest === 'accepted') return problem(422, 'already_connected', 'Already connected');
  if (latest === 'pending') return problem(422, 'already_invited_recently', 'Already invited recently');
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

function withdraw(memory: SimulatorMemory, accountId: string, id: string): Answer {
  const invitation = memory.invitation(id);
  const isTheirs = invitation?.accountId === accountId;
  return isTheirs && memory.settle(invitation, 'withdrawn') ? json({ object: 'InvitationCanceled' }) : noProfile();
}

async function formOf(request: Asked['request']): Promise<FormData> {
  const body = await bodyOf(request, MAX_BODY_BYTES);
  return new Response(body, { headers: { 'Content-Type': request.headers['content-type'] ?? '' } }).formData();
}
