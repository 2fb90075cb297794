/** Who is the same person: one normalised email address, one normalised LinkedIn profile. Design 1. */

import { quoted } from './quoted.ts';

export type NormalisedEmail = { ok: true; email: string } | { ok: false; problem: string };
export type NormalisedProfile = { ok: true; profile: string } | { ok: false; problem: string };

const MAX_ADDRESS = 254; // RFC 5321, with erratum 1690
const MAX_LOCAL = 64;
const MAX_DOMAIN = 253;
const MAX_LABEL = 63;

/** RFC 5321's dot-atom: atoms of these characters, one dot between two. */
const DOT_ATOM = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/**
 * One plain email address as the identity of a person, lower-case as a whole ("Ada@Example.com" and "ada@example.com"
 * are one contact), its domain in punycode ("ada@müller.example" and "ada@xn--mller-kva.example" too). Blanks around it
 * do not count. Refused: lists, groups, comments, quoted local parts, other than
 * ASCII characters, control characters, addresses that a command could take for an option ("-f@…"), IP addresses and
 * domains of one label. The problem names the value and the expectation. RFC 5321 section 4.1.2.
 */
export function normaliseEmail(raw: string): NormalisedEmail {
  const email = withAsciiDomain(raw.trim()).toLowerCase();
  const refuse = (why: string): NormalisedEmail => ({ ok: false, problem: `${quoted(raw)} ${why}` });
  if (email === '') return refuse('is empty, expected an address such as "ada@example.com"');
  if (/\p{Cc}/u.test(raw)) return refuse('has a line break or another control character');
  const foreign = /[^ -~]/u.exec(withAsciiDomain(raw.trim()));
  if (foreign) return refuse(`has the character ${quoted(foreign[0])}, expected plain ASCII letters, digits and signs`);
  if (/[\s,;:<>()[\]\\"]/.test(email)) return refuse('is not one plain address such as "ada@example.com"');
  const [local = '', domain, ...more] = email.split('@');
  if (domain === undefined || more.length > 0) return refuse(`has ${email.split('@').length - 1} "@", expected one`);
  if (email.length > MAX_ADDRESS) return refuse(`has ${email.length} characters, expected at most ${MAX_ADDRESS}`);
  if (local.length > MAX_LOCAL)
    return refuse(`has ${local.length} characters before the "@", expected at most ${MAX_LOCAL}`);
  if (local.startsWith('-')) return refuse('begins with "-"');
  if (!DOT_ATOM.test(local))
    return refuse(`has ${quoted(local)} before the "@", expected letters, digits, signs and single dots`);
  const domainProblem = checkDomain(domain);
  return domainProblem === null ? { ok: true, email } : refuse(domainProblem);
}

/** The address with a domain of other letters in punycode; as it was where there is none, or it is no domain. */
function withAsciiDomain(address: string): string {
  const at = address.lastIndexOf('@');
  const ascii = asciiDomain(address.slice(at + 1));
  return ascii === null ? address : `${address.slice(0, at + 1)}${ascii}`;
}

/**
 * A domain in its own letters as names are asked for (RFC 5891, by UTS 46); null for one that is no such domain: also for
 * signs that only look like ASCII letters, which would make it somebody else's.
 */
export function asciiDomain(domain: string): string | null {
  if (!/[^ -~]/.test(domain) || !/^[\p{L}\p{M}\p{N}.-]{1,253}$/u.test(domain)) return null;
  const address = `http://${domain}`;
  const name = URL.canParse(address) ? new URL(address).hostname : '';
  return /(?:^|\.)xn--/.test(name) ? name : null;
}

/**
 * What is wrong with a lower-case mail domain, null when nothing is: labels of letters, digits and inner hyphens, at
 * least two, the last one not a number. Other alphabets are written in punycode ("xn--…"). RFC 1035 section 2.3.1.
 */
export function checkDomain(domain: string): string | null {
  const labels = domain.split('.');
  if (domain.length > MAX_DOMAIN) return `has a domain of ${domain.length} characters, expected at most ${MAX_DOMAIN}`;
  if (labels.length < 2) return `has the domain ${quoted(domain)}, expected one with a dot such as "example.com"`;
  const isLabel = (label: string) => label.length <= MAX_LABEL && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label);
  if (!labels.every(isLabel) || /^\d+$/.test(labels.at(-1) ?? ''))
    return `has the domain ${quoted(domain)}, which is no domain name such as "example.com"`;
  return null;
}

/** The domain of a normalised address. */
export const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1);

/** What somebody is called; their address or profile where no name is known. */
export const nameOf = (contact: {
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  profile: string | null;
}): string =>
  [contact.firstName, contact.lastName].filter(Boolean).join(' ') || contact.email || contact.profile || 'the contact';

const RESERVED = ['example.com', 'example.net', 'example.org', 'example', 'test', 'invalid', 'localhost'];

/**
 * Whether a domain is one that never belongs to a real person (RFC 2606, RFC 6761), subdomains included: examples,
 * seeds and tests use only these, a real account refuses them. Design 9.
 */
export function isReservedDomain(domain: string): boolean {
  const name = domain.toLowerCase();
  return RESERVED.some((reserved) => name === reserved || name.endsWith(`.${reserved}`));
}

/** In UTF-16, put together or taken apart (no letter into more than four): composing costs the square of a run of accents. */
const LONGEST_SLUG = 400;

/** Letters and digits of any alphabet, emoji, - and _: what a profile's address holds, percent-decoded. */
const SLUG = /^(?:[\p{L}\p{M}\p{N}\p{So}\p{Emoji_Modifier}_-]|\u200d){3,100}$/u;

/** Where the name would stand in an address that a spreadsheet or a program put together from an empty value. */
const NOBODY = new Set(['none', 'null', 'nil', 'undefined', 'nan', 'unknown', 'true', 'false']);

/**
 * A person's LinkedIn profile as the slug of its address, lower-case and percent-decoded: "ada-lovelace" for
 * "https://fr.linkedin.com/in/Ada-Lovelace/?originalSubdomain=fr", "linkedin.com/in/ada-lovelace/en" and
 * "/in/ada-lovelace" alike. Other pages of LinkedIn, other sites and words that are no address are refused, for a cell
 * that says "none" or "12345" names nobody, and two such cells are not one person; the problem names the value and the
 * expectation.
 */
export function normaliseProfileAddress(raw: string): NormalisedProfile {
  const found = readProfile(raw, slugInAddress, PROFILE_ADDRESS);
  return found.ok && NOBODY.has(found.profile) ? refuseProfile(raw, 'names nobody', PROFILE_ADDRESS) : found;
}

/**
 * As `normaliseProfileAddress`, or the slug alone: for those who are asked for a profile and nothing else, and for what
 * LinkedIn's provider calls one.
 */
export const normaliseProfile = (raw: string): NormalisedProfile =>
  readProfile(raw, (written) => (written.includes('/') ? slugInAddress(written) : written), PROFILE_OR_SLUG);

/** The address of a normalised profile. */
export const profileAddress = (profile: string): string => `https://www.linkedin.com/in/${profile}`;

const PROFILE_ADDRESS = `"${profileAddress('ada-lovelace')}"`;
const PROFILE_OR_SLUG = `${PROFILE_ADDRESS} or "ada-lovelace"`;

const refuseProfile = (raw: string, why: string, expected: string): NormalisedProfile => ({
  ok: false,
  problem: `${quoted(raw)} ${why}, expected ${expected}`,
});

function readProfile(raw: string, slugIn: (written: string) => string | null, expected: string): NormalisedProfile {
  const refuse = (why: string) => refuseProfile(raw, why, expected);
  const written = raw.trim();
  if (written === '') return refuse('is empty');
  if (/[\p{Cc}\\]/u.test(written)) return refuse('has a control character or a backslash');
  const encoded = slugIn(written);
  if (encoded === null) return refuse("is not the address of a person's LinkedIn profile");
  const decoded = percentDecoded(encoded);
  if (decoded === null) return refuse('has a broken percent sign');
  if (decoded.length > LONGEST_SLUG) return refuse(`has a profile name of ${decoded.length} characters`);
  const profile = decoded.normalize('NFC').toLowerCase().normalize('NFC');
  return SLUG.test(profile) ? { ok: true, profile } : refuse(`has the profile name ${quoted(profile)}`);
}

/** The still encoded slug of a profile's address, or of its path. */
function slugInAddress(written: string): string | null {
  const path = /^\/?in\//i.test(written) ? withoutQuery(written) : linkedInPath(written);
  const [section, slug] = (path ?? '').split('/').filter((segment) => segment !== '');
  return section?.toLowerCase() === 'in' && slug !== undefined ? slug : null;
}

/** The path of a http(s) address on linkedin.com or a country's subdomain; the scheme may be missing. */
function linkedInPath(written: string): string | null {
  const address = /^[a-z][a-z0-9+.-]*:/i.test(written) ? written : `https://${written.replace(/^\/\//, '')}`;
  if (!URL.canParse(address)) return null;
  const { protocol, hostname, port, username, password, pathname } = new URL(address);
  const isOurs = /^(?:[a-z0-9-]+\.)?linkedin\.com$/.test(hostname) && /^https?:$/.test(protocol);
  return isOurs && port + username + password === '' ? pathname : null;
}

const withoutQuery = (path: string) => path.replace(/[?#].*$/s, '');

function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
