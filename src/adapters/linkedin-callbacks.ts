import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { isProvidersId, type LinkedInEvent } from '../domain/accounts/linkedin.ts';
import { normaliseProfile } from '../domain/contact.ts';
import { BadCallback, type LinkedInCallbacks } from './linkedin.ts';

/** What the provider is told to send with every callback when they are set up. */
export const CALLBACK_HEADER = 'unipile-auth';

const MOST_PLACES = 5;

const id = z.string().min(1).max(200);
const optional = z.string().max(2_000).nullish();

const Relation = z.object({
  account_id: id,
  user_provider_id: optional,
  user_public_identifier: optional,
  user_profile_url: optional,
});
const Attendee = z.object({
  attendee_provider_id: optional,
  attendee_public_identifier: optional,
  attendee_profile_url: optional,
});
const Message = z.object({
  account_id: id,
  account_info: z.object({ user_id: optional }).nullish(),
  message_id: id,
  message: z.string().nullish(),
  is_sender: z.union([z.boolean(), z.number()]).nullish(),
  sender: Attendee.nullish(),
  attendees: z.array(Attendee).max(1_000).nullish(),
});
const Status = z.object({ account_id: id, message: z.string() });
const Kind = z.object({ event: z.string().nullish(), AccountStatus: z.unknown().optional() });

type Attendee = z.infer<typeof Attendee>;

/** The callbacks of Unipile v1: one of a few shapes, told apart by `event`, or by the one key `AccountStatus`. */
export function createLinkedInCallbacks({ secret }: { secret: string }): LinkedInCallbacks {
  const expected = digestOf(secret);
  return {
    isAuthentic(headers) {
      const given = headers[CALLBACK_HEADER];
      return typeof given === 'string' && timingSafeEqual(digestOf(given), expected);
    },
    parse(body) {
      const { event, AccountStatus } = read(Kind, body);
      if (AccountStatus !== undefined) return status(read(Status, AccountStatus, ['AccountStatus']));
      switch (event) {
        case 'new_relation':
          return relation(read(Relation, body), body);
        case 'message_received':
          return message(read(Message, body));
        default:
          return [];
      }
    },
  };
}

/** Digests have one length, so that comparing them tells nothing of the secret's. */
const digestOf = (text: string) => createHash('sha256').update(text).digest();

function read<T>(schema: z.ZodType<T>, body: unknown, at: readonly PropertyKey[] = []): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues
    .slice(0, MOST_PLACES)
    .map(({ path, code }) => `${[...at, ...path].map(String).join('.') || 'body'}: ${code}`);
  throw new BadCallback(`not a callback of the provider (${places.join('; ')})`);
}

/**
 * It names neither an instant nor an id of its own. A repetition has the same content; a later acceptance by the same
 * person mostly has another address of their picture, and where it has not, polling finds it.
 */
function relation(told: z.infer<typeof Relation>, body: unknown): readonly LinkedInEvent[] {
  const names = namesOf(told.user_public_identifier, told.user_profile_url, told.user_provider_id);
  if (names === null) return [];
  const key = `relation:${digestOf(JSON.stringify(body)).toString('hex')}`;
  return [{ kind: 'connected', account: told.account_id, key, ...names }];
}

/** The account's own messages come too, also those written on LinkedIn itself; their profile is the other person's. */
function message(told: z.infer<typeof Message>): readonly LinkedInEvent[] {
  const own = told.account_info?.user_id;
  const isOwn = ({ attendee_provider_id }: Attendee) => Boolean(own) && attendee_provider_id === own;
  const isOurs = Boolean(told.is_sender) || (told.sender ? isOwn(told.sender) : false);
  const other = isOurs ? told.attendees?.find((attendee) => !isOwn(attendee)) : told.sender;
  const names = other
    ? namesOf(other.attendee_public_identifier, other.attendee_profile_url, other.attendee_provider_id)
    : null;
  if (names === null) return [];
  const key = `message:${told.message_id}`;
  return [{ kind: 'message', account: told.account_id, key, ...names, text: told.message ?? '', isOurs }];
}

const statuses = new Map<string, 'ok' | 'disconnected'>([
  ['OK', 'ok'],
  ['CREATION_SUCCESS', 'ok'],
  ['RECONNECTED', 'ok'],
  ['SYNC_SUCCESS', 'ok'],
  ['CREDENTIALS', 'disconnected'],
  ['ERROR', 'disconnected'],
  ['STOPPED', 'disconnected'],
  ['DELETED', 'disconnected'],
]);

/** It names no instant either, and may be true again tomorrow: every telling is an event of its own. `CONNECTING` says nothing yet. */
function status(told: z.infer<typeof Status>): readonly LinkedInEvent[] {
  const known = statuses.get(told.message);
  return known
    ? [{ kind: 'accountStatus', account: told.account_id, key: `status:${randomUUID()}`, status: known }]
    : [];
}

/** The public id where one is told, with the provider's own beside it; else that one. Addresses hold the one or the other. */
function namesOf(
  publicId: string | null | undefined,
  url: string | null | undefined,
  toldId: string | null | undefined,
): { profile: string; providerId?: string } | null {
  const providerId = toldId && isProvidersId(toldId) ? toldId : null;
  for (const told of [publicId, url]) {
    if (!told || isProvidersId(lastPartOf(told))) continue;
    const normalised = normaliseProfile(told);
    if (normalised.ok) return { profile: normalised.profile, ...(providerId && { providerId }) };
  }
  return providerId ? { profile: providerId } : null;
}

const lastPartOf = (address: string) => /([^/?#]*)\/?(?:[?#].*)?$/.exec(address)?.[1] ?? '';
