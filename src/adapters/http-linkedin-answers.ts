import { z } from 'zod';
import { isProvidersId } from '../domain/accounts/linkedin.ts';
import { normaliseProfile } from '../domain/contact.ts';
import type { Found } from './http-linkedin-wire.ts';
import { LinkedInUnavailable } from './linkedin.ts';

/** What the provider's answers hold, as far as we read them, and what they mean. */

export const Profile = z.object({
  provider_id: z.string().min(1),
  public_identifier: z.string().nullish(),
  is_relationship: z.boolean().nullish(),
  network_distance: z.string().nullish(),
  invitation: z.object({ type: z.string(), status: z.string() }).nullish(),
});
export const Invited = z.object({ invitation_id: z.string().min(1) });
export const Said = z.object({ chat_id: z.string().nullish(), message_id: z.string().nullish() });
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), cursor: z.string().nullish() });
export const SentInvitation = z.object({
  id: z.string().min(1),
  invited_user_id: z.string().nullish(),
  invited_user_public_id: z.string().nullish(),
});
export const Chat = z.object({ id: z.string().min(1) });
export const Message = z.object({ text: z.string().nullish(), is_sender: z.union([z.boolean(), z.number()]) });
export const Cancelled = z.object({ object: z.string() });
export const Account = z.object({ sources: z.array(z.object({ status: z.string() })) });

export type Profile = z.infer<typeof Profile>;

export const isConnected = ({ is_relationship, network_distance }: Profile) =>
  is_relationship === true || network_distance === 'FIRST_DEGREE' || network_distance === 'DISTANCE_1';

export const isPending = ({ invitation }: Profile) => invitation?.type === 'SENT' && invitation.status === 'PENDING';

/** Null where nothing is told, or a provider's own id in its place. */
export function publicIdIn(told: string | null | undefined): string | null {
  const normalised = told && !isProvidersId(told) ? normaliseProfile(told) : null;
  return normalised?.ok ? normalised.profile : null;
}

/**
 * An account has a source for every product it was linked with, all on one login: a lost login stops all of them, while
 * a product that is not paid for any more stops only itself.
 */
export function statusOf(sources: readonly string[]): 'ok' | 'disconnected' {
  if (sources.includes('CREDENTIALS')) return 'disconnected';
  if (sources.length === 0 || sources.includes('OK')) return 'ok';
  if (sources.includes('CONNECTING')) throw new LinkedInUnavailable('account in trouble');
  return 'disconnected';
}

/** Providers trim, and wrap lines their own way. */
export const sameText = (text: string) => text.normalize('NFC').replace(/\s+/g, ' ').trim();

/** What a question found; null: there is no such profile. Trouble with the account leaves as an error. */
export function known<T>(found: Found<T>): T | null {
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
