/*
 * Text that was written as UTF-8 and read as Windows-1252, once or twice on its way: "ZoÃ©" for "Zoé". Noticed and shown,
 * never put right by itself: what was meant is a guess, and the person it names would read it. Linear.
 */

/**
 * The characters of Windows-1252 by their byte from 0x80 on; a control character where it has none, as in the Encoding
 * Standard. Latin-1, where programs mean it, has control characters up to 0x9F.
 */
const WINDOWS_1252 = new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 128 }, (_, at) => at + 0x80));
const byteOf = new Map([
  ...Array.from({ length: 32 }, (_, at): [string, number] => [String.fromCharCode(at + 0x80), at + 0x80]),
  ...[...WINDOWS_1252].map((character, at): [string, number] => [character, at + 0x80]),
]);

/** Some characters that are the bytes of one. */
interface Sequence {
  start: number;
  end: number;
  meant: string;
}

/** Each reading doubles the damage; more than two have not been seen. */
const MOST_READINGS = 3;

/** "first_name: “ZoÃ©” was read …" for each value that looks so, by its name. */
export const misreadNotes = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => {
    const why = whyMisread(value);
    return why === null ? [] : [`${name}: ${why}`];
  });

/** Why a value looks as if its letters were lost on the way, for whoever sees it; null: it does not. */
export function whyMisread(value: string): string | null {
  if (value.includes('\ufffd')) return `${shown(value)} has lost a letter: it was read in the wrong encoding`;
  const meant = meantBy(value);
  return meant === value ? null : `${shown(value)} was read in the wrong encoding, it probably says ${shown(meant)}`;
}

/** Longer ones are cut where the damage may be out of sight; the value itself stands beside it. */
const MOST_SHOWN = 60;
const shown = (text: string) => `“${text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text}”`;

/** What was probably written; the text itself where nothing looks misread. */
export function meantBy(text: string): string {
  let meant = text;
  if (!/[^\0-\x7f]/.test(text)) return text;
  for (let reading = 0; reading < MOST_READINGS; reading++) {
    const before = readOnce(meant);
    if (before === meant) return meant;
    meant = before;
  }
  return meant;
}

function readOnce(text: string): string {
  let meant = '';
  let taken = 0;
  for (const { start, end, meant: character } of misreadIn(text)) {
    meant += text.slice(taken, start) + character;
    taken = end;
  }
  return meant + text.slice(taken);
}

function misreadIn(text: string): Sequence[] {
  const all = sequencesIn(text);
  return all.filter((one, at) => {
    const hasNeighbour = all[at - 1]?.end === one.start || all[at + 1]?.start === one.end;
    return (hasNeighbour || isTelling(one.meant)) && !mayBeMeant(text, one);
  });
}

/** Everything that is UTF-8 when its characters are taken for bytes, whether or not anybody would write that. */
function sequencesIn(text: string): Sequence[] {
  const found: Sequence[] = [];
  for (let start = 0; start < text.length; start++) {
    const bytes = bytesFrom(text, start);
    const meant = bytes && decoded(bytes);
    if (!meant) continue;
    found.push({ start, end: start + bytes.length, meant });
    start += bytes.length - 1;
  }
  return found;
}

/** The bytes of one character, by what the first one announces; RFC 3629 section 3. */
function bytesFrom(text: string, start: number): Uint8Array | null {
  const lead = byteOf.get(text.charAt(start)) ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  const bytes = Uint8Array.from({ length }, (_, at) => byteOf.get(text.charAt(start + at)) ?? 0);
  return length > 0 && bytes[length - 1] !== 0 ? bytes : null;
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decoded(bytes: Uint8Array): string | null {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return null;
  }
}

/**
 * What even one of tells: letters of Latin scripts, signs and punctuation, a byte order mark, a lost letter, emoji. Of other
 * alphabets nobody has a single letter, and "été »" in French holds by chance what would be one.
 */
const TELLING =
  /^[\u0080-\u017f\u01a0\u01a1\u01af\u01b0\u0218-\u021b\u1e00-\u1eff\u2010-\u214f\ufb00-\ufb06\ufeff\ufffd]$/;
const isTelling = (meant: string) => TELLING.test(meant) || /^\p{Extended_Pictographic}$/u.test(meant);

/** "NESTLÉ®", "MANHÃ…", "«mamá»…": a letter in its place, and what people put behind a word. */
const BEHIND_A_WORD =
  /^[\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u2122\u00a0\u00a9\u00ae\u00ab\u00bb\u00aa\u00ba\u00b0\u00b7]+$/;

function mayBeMeant(text: string, { start, end }: Sequence): boolean {
  const [letter, rest] = [text.charAt(start), text.slice(start + 1, end)];
  if (!/\p{L}/u.test(letter) || letter === 'Â' || !BEHIND_A_WORD.test(rest)) return false;
  if (/\p{L}/u.test(text.charAt(end))) return false;
  // No capital letter stands behind a small one: "sÄ…" is "są".
  return /\p{Ll}/u.test(letter) || !/\p{Ll}/u.test(text.charAt(start - 1));
}
