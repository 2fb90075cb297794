import { z } from 'zod';
import { type Answer, json } from '../local-server.ts';
import { invalid, noProfile, paged, parsedJson, problem } from './answers.ts';
import { exists, nameOf, profileOf, providerIdOf } from './people.ts';
import type { SaidMessage, SimulatorMemory } from './state.ts';

/** The messaging half of the simulated API: one chat for every person an account has written with. */

const chatIdOf = (accountId: string, profile: string) =>
  Buffer.from(JSON.stringify([accountId, profile])).toString('base64url');

export function startChat(memory: SimulatorMemory, form: FormData): Answer {
  const [accountId = '', attendee = '', text = ''] = ['account_id', 'attendees_ids', 'text'].map((name) =>
    String(form.get(name) ?? ''),
  );
  if (!attendee || !text) return invalid('account_id, attendees_ids and text are required');
  const profile = profileOf(attendee);
  if (profile === null || !exists(profile)) return problem(422, 'invalid_recipient', 'Invalid recipient');
  if (!memory.isConnected(accountId, profile))
    return problem(422, 'no_connection_with_recipient', 'No connection with recipient');
  return json(
    { object: 'ChatStarted', chat_id: chatIdOf(accountId, profile), message_id: memory.say(accountId, profile, text) },
    201,
  );
}

interface ChatMessage extends SaidMessage {
  isOurs: boolean;
}

/** Oldest first; ids count up through both sides of every chat. */
export function dialogue(
  { messages, replies }: Pick<ReturnType<SimulatorMemory['state']>, 'messages' | 'replies'>,
  accountId: string,
  profile: string,
): ChatMessage[] {
  const ofChat = (said: readonly SaidMessage[], isOurs: boolean) =>
    said
      .filter((each) => each.accountId === accountId && each.profile === profile)
      .map((each) => ({ ...each, isOurs }));
  return [...ofChat(messages, true), ...ofChat(replies, false)].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

export function chatsWith(memory: SimulatorMemory, accountId: string, profile: string): Answer {
  const said = dialogue(memory.state(), accountId, profile).at(-1);
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

export function chatMessages(memory: SimulatorMemory, chatId: string, url: URL): Answer {
  const ends = z.tuple([z.string(), z.string()]).safeParse(parsedJson(Buffer.from(chatId, 'base64url')));
  if (!ends.success) return noProfile();
  const [accountId, profile] = ends.data;
  const items = dialogue(memory.state(), accountId, profile)
    .toReversed()
    .map(({ id, text, at, isOurs }) => ({
      object: 'Message',
      id,
      account_id: accountId,
      chat_id: chatId,
      text,
      is_sender: isOurs ? 1 : 0,
      timestamp: new Date(at).toISOString(),
    }));
  return paged('MessageList', items, url);
}
