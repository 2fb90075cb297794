/** Who is on the simulated LinkedIn, and how the provider names them. */

/** The account of the example workspace's LinkedIn sender. */
export const LOCAL_ACCOUNT = 'local-account';

/** As the provider's ids look; what follows is readable by us alone, so there is no table of people to keep. */
const PREFIX = 'ACoAASimulator_';

export const providerIdOf = (profile: string) => `${PREFIX}${Buffer.from(profile).toString('base64url')}`;

/** Of the member whose account it is; nobody's public id, for those are lower-case. */
export const memberIdOf = (accountId: string) => providerIdOf(`MEMBER OF ${accountId}`);

/** Null for an id that is not one of these. */
export const profileOf = (providerId: string): string | null =>
  providerId.startsWith(PREFIX) ? Buffer.from(providerId.slice(PREFIX.length), 'base64url').toString() : null;

/** Everybody is there, except those whose public id starts with `missing-`. */
export const exists = (profile: string) => !profile.startsWith('missing-');

export function nameOf(profile: string): string {
  const words = profile.split('-').filter((word) => /^\p{L}+$/u.test(word));
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ') || profile;
}
