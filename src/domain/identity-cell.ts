/** What a cell says of an address or a profile, as exports and people write it. */
import { normaliseEmail, normaliseProfileAddress } from './contact.ts';
import { meansNothing } from './no-value.ts';

/** An address cell: the first address, those behind it, or what is wrong with the cell. Blank: none of the three. */
export interface AddressCell {
  email: string | null;
  further: readonly string[];
  problem: string | null;
}

/** More are no list of one person's addresses. */
const MOST_ADDRESSES = 10;
/** RFC 5321's longest, with a name, and as many. */
const LONGEST_CELL = 4_000;

/**
 * "Ada <ada@example.com>", "mailto:ada@example.com", several with a comma, a semicolon, a bar, a slash with blanks or a
 * line break between them; without invisible signs, quotes around it and Excel's leading apostrophe.
 */
export function readAddressCell(raw: string): AddressCell {
  const blank: AddressCell = { email: null, further: [], problem: null };
  const text = tidy(raw);
  if (isNobody(text)) return blank;
  const parts = text.length > LONGEST_CELL ? [text] : partsOf(text);
  const read = parts.slice(0, MOST_ADDRESSES).map((part) => normaliseEmail(bareAddress(part)));
  const emails = [...new Set(read.flatMap((one) => (one.ok ? [one.email] : [])))];
  const [email, ...further] = emails;
  if (email !== undefined) return { email, further, problem: null };
  const wrong = normaliseEmail(text);
  return wrong.ok ? { ...blank, email: wrong.email } : { ...blank, problem: wrong.problem };
}

const partsOf = (text: string) =>
  text
    .split(/[,;|\n]|\s\/\s|\s+(?=[^\s@<>]+@)/)
    .map((part) => part.trim())
    .filter((part) => !isNobody(part) && part.includes('@'));

/** Out of "Ada <ada@example.com>", "mailto:ada@example.com?subject=x" and "(ada@example.com)". */
function bareAddress(part: string): string {
  const inside = /<([^<>]+)>/.exec(part)?.[1] ?? part;
  return inside
    .trim()
    .replace(/^mailto:/i, '')
    .replace(/\?.*$/, '')
    .replace(/^[("'\s]+|[)"'.\s]+$/g, '');
}

/** A profile cell: the normalised profile, or what is wrong with it. Blank: neither. */
export interface ProfileCell {
  profile: string | null;
  problem: string | null;
}

/** An address in whatever dress: a link of a spreadsheet or of markdown, a tracking address that carries it, an app's. */
export function readProfileCell(raw: string): ProfileCell {
  const text = tidy(raw);
  if (isNobody(text)) return { profile: null, problem: null };
  const named = normaliseProfileAddress(addressWithin(text) ?? text);
  return named.ok ? { profile: named.profile, problem: null } : { profile: null, problem: told(named.problem, text) };
}

/** Of a page that is about no person, what it is; else the problem as it stands. */
function told(problem: string, text: string): string {
  const other = OTHER_PAGES.find(([pattern]) => pattern.test(text));
  return other ? `"${text.slice(0, 80)}" is ${other[1]}, expected a person's profile ("linkedin.com/in/…")` : problem;
}

const OTHER_PAGES: readonly (readonly [RegExp, string])[] = [
  [/linkedin\.com\/(?:company|school|showcase)\//i, 'the page of an organisation'],
  [/linkedin\.com\/sales\/(?:lead|people)\//i, 'a lead of Sales Navigator, which only its owner can open'],
  [/linkedin\.com\/(?:talent|recruiter)\//i, 'a page of LinkedIn Recruiter, which only its owner can open'],
  [/lnkd\.in\//i, 'a short link, which does not say whose profile it is'],
];

const LONGEST_LINK = 4_000;

/** `[Ada](https://…/in/ada)`, `=HYPERLINK("https://…")`, `https://…?url=https%3A%2F%2F…%2Fin%2Fada`. */
function addressWithin(text: string): string | null {
  if (text.length > LONGEST_LINK) return null;
  const link = /(?:\]\(|HYPERLINK\(\s*")([^")\s]+)/i.exec(text)?.[1] ?? text;
  const carried = /[?&](?:url|u|q|redirect|session_redirect|target)=([^&\s]+)/i.exec(link)?.[1];
  const address = carried === undefined ? link : (decoded(carried) ?? link);
  const person = /(?:https?:\/\/)?(?:[a-z0-9-]+\.)?linkedin\.com\/(?:comm\/|mwlite\/|m\/)?(?:in\/[^\s"<>)\]]+)/i.exec(
    address,
  );
  return person ? person[0].replace(/linkedin\.com\/(?:comm|mwlite|m)\//i, 'linkedin.com/') : null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Zero-width and direction signs, soft hyphens and the byte order mark. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/g;

/** As a person would retype it: no-break blanks are blanks, Excel's apostrophe and quotes around it are no part of it. */
const tidy = (raw: string): string =>
  raw
    .replace(INVISIBLE, '')
    .replace(/[\u00a0\u2007\u202f]/g, ' ')
    .trim()
    .replace(/^'(?=\S)/, '')
    .replace(/^"(.*)"$/s, '$1')
    .trim();

/** Also what spreadsheets make of a check box: it is no name of anybody. */
const isNobody = (text: string): boolean =>
  meansNothing(text) || /^(?:true|false|yes|no|#ref!|#value!|#name\?)$/i.test(text);
