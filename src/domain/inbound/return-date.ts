import { anyOf, folded, wordsIn } from '../copy/folded-text.ts';
import { DAY_MS } from '../durations.ts';
import { absence, FROM_BEHIND, UNTIL_BEHIND } from './absence-words.ts';
import { weekdays } from './calendar-words.ts';
import { type WrittenDate, writtenDates } from './written-dates.ts';

const WINDOW_BEFORE = 90;
const WINDOW_BEHIND = 60;

/** A day of the text and where it stands. */
interface Mention {
  at: number;
  end: number;
  iso: string;
  /** The end of a range such as "December 20-27". */
  isRange: boolean;
}

type Role = 'back' | 'last day away' | null;

/**
 * The day (ISO) a contact is back, read from an absence note in any of sixteen languages; null when none is stated.
 * "Back on 4 January" is that day, "until 3 January" the day after. A day without a year is the next such one from
 * `today` (ISO), a lone weekday the next after today; "03/04" in an English text is believed only when another date of
 * the text shows the order. Whether the day is plausible is judged by `plausibleReturn`. Design 6.
 */
export function readReturnDate(text: string, today: string): string | null {
  const note = folded(text).replaceAll('\n', ' ').replace(/ {2,}/g, ' ');
  const dated = writtenDates(note).flatMap((date) => mentionOf(date, today));
  return decide(note, dated) ?? decide(note, dayNames(note, today));
}

/** A stated return outweighs a stated end; of several ends the latest counts (others may be a deputy's). */
function decide(note: string, mentions: readonly Mention[]): string | null {
  const roles = mentions.map((mention, index) => ({ mention, role: roleOf(note, mentions, index) }));
  const back = roles.find(({ role }) => role === 'back');
  if (back) return back.mention.iso;
  const ends = roles.filter(({ role }) => role === 'last day away').map(({ mention }) => mention.iso);
  const latest = ends.sort().at(-1);
  return latest === undefined ? null : plusDays(latest, 1);
}

// ---- what the words around a day say

const SENTENCE_END = /[!?。！？;]|(?<=[\p{L})]{3})\. |\.{2,}/gu;
const FILLER = new RegExp(
  `(?:${anyOf([...weekdays.keys(), 'the', 'and including', 'including', 'to and including', 'approximately', 'about', 'around', 'on', 'next', 'zum', 'dem', 'den', 'der', 'am', 'le', 'el', 'il', 'del', 'día', 'dia', 'o dia', 'giorno', 'próximo', 'próxima', 'nächsten', 'prochain', 'einschlie(?:ß|ss)lich', 'und mit', 'inclus', 'de', 'deze', 'aanstaande', 'med', 'd\\.', 'kommande', 'inclusive', 'at least', 'mindestens', 'voraussichtlich', 'dnia', 'morning', 'incl\\.?', 'inkl\\.?', 'klo', 'ma'])})[\\s.,]*$`,
  'u',
);
const tail = (kind: 'until' | 'from' | 'by') => new RegExp(`(?:${anyOf(absence(kind))})[\\s:]*$`, 'u');
const UNTIL = tail('until');
const FROM = tail('from');
const BY = tail('by');
const AWAY_OR_BACK = new RegExp(
  `(?<away>${anyOf([...absence('absent'), ...absence('away')])})|(?<back>${anyOf(absence('back'))})`,
  'gu',
);
const BACK = wordsIn(absence('back'));
const AWAY = wordsIn(['not', 'nicht', ...absence('absent'), ...absence('away')]);
/** Between the two days of a range. */
const RANGE =
  /^[\s.,]*(?:\(.{1,6}\))?[\s,]*(?:-|~|to|until|till|through|thru|up to|bis|bis zum|bis einschließlich|au|jusqu'au|al|hasta|hasta el|fino al|a|até|ao|t\/m|tot|tot en met|till|till och med|t\.o\.m\.?|til|til og med|do|по|до|から|至|到|부터)[\s,]*$/u;
const DAY_BEFORE_RANGE =
  /\d{1,2}(?:st|nd|rd|th|er|\.)?\s?(?:-|to|through|au|bis|bis zum|al|a|ao|tot|t\/m|till|til|do|до|по)\s?(?:the |den |dem )?$/u;

function roleOf(note: string, mentions: readonly Mention[], index: number): Role {
  const mention = mentions[index];
  if (mention === undefined) return null;
  const previous = mentions[index - 1]?.end ?? 0;
  const between = note.slice(Math.max(previous, mention.at - WINDOW_BEFORE), mention.at);
  if (mention.isRange || DAY_BEFORE_RANGE.test(between)) return 'last day away';
  if (index > 0 && RANGE.test(withoutWeekdays(between))) return 'last day away';
  const before = between.split(SENTENCE_END).at(-1) ?? '';
  const next = mentions[index + 1]?.at ?? Infinity;
  const behind = note.slice(mention.end, Math.min(next, mention.end + WINDOW_BEHIND)).replace(WEEKDAY_BEHIND, ' ');
  if (UNTIL_BEHIND.test(behind.trimStart())) return 'last day away';
  const clause = behind.split(SENTENCE_END)[0] ?? '';
  // What is said between two days belongs to the second: "from 20 December, back on 4 January".
  const said = next <= mention.end + WINDOW_BEHIND && clause === behind ? '' : clause;
  return roleBy(before, said, FROM_BEHIND.test(behind.trimStart()));
}

function roleBy(before: string, behind: string, isStart: boolean): Role {
  const lead = withoutFillers(before);
  const nearest = [...before.matchAll(AWAY_OR_BACK)].at(-1)?.groups;
  const isBackBefore = nearest?.back !== undefined;
  const isBackBehind = BACK.test(behind) && !AWAY.test(behind);
  if (UNTIL.test(lead) && !BY.test(lead.replace(UNTIL, ''))) return 'last day away';
  if (isStart || FROM.test(lead)) return isBackBehind || (isBackBefore && !AWAY.test(behind)) ? 'back' : null;
  if (isBackBefore) return 'back';
  if (BY.test(lead) && nearest !== undefined && /\b(?:before|vor|vor dem|avant|antes|prima|voor)\s/u.test(`${lead} `))
    return 'back';
  return isBackBehind ? 'back' : null;
}

function withoutFillers(before: string): string {
  let lead = before
    .trimEnd()
    .replace(/[,(:]+$/, '')
    .trimEnd();
  for (let words = 0; words < 5 && !UNTIL.test(lead) && !FROM.test(lead); words++) {
    const shorter = lead.replace(FILLER, '').trimEnd();
    if (shorter === lead) break;
    lead = shorter;
  }
  return lead;
}

/** "27 Kasım Cuma", "11月27日金曜日". */
const WEEKDAY_BEHIND = new RegExp(
  `^[\\s,(]{0,3}(?:${anyOf([...weekdays.keys()]).replaceAll('(?<![\\p{L}\\p{N}])', '')})\\.?\\)?`,
  'u',
);
const WEEKDAY = new RegExp(`(?:${anyOf([...weekdays.keys(), 'den', 'dem', 'le', 'el', 'il', 'the'])})\\.?`, 'gu');
const withoutWeekdays = (text: string) => text.replace(WEEKDAY, ' ').replace(/ {2,}/g, ' ');

// ---- days

function mentionOf(date: WrittenDate, today: string): Mention[] {
  const day = date.last ?? date.day;
  const iso = date.year === null ? nextSuch(date.month, day, today) : isoOf(date.year, date.month, day);
  return iso === null ? [] : [{ at: date.at, end: date.end, iso, isRange: date.last !== null }];
}

const TOMORROW = wordsIn(
  'tomorrow morgen demain mañana domani amanhã imorgon huomenna jutro zítra yarın завтра 明日 明天 내일'.split(' '),
);
const DAY_NAMES = new RegExp(`${anyOf([...weekdays.keys()])}|${TOMORROW.source}`, 'gu');

/** Weekdays and tomorrows; read only in a note whose dates say nothing. */
function dayNames(note: string, today: string): Mention[] {
  const todayNumber = new Date(`${today}T00:00:00Z`).getUTCDay() || 7;
  return [...note.matchAll(DAY_NAMES)].slice(0, 20).map((match) => {
    const number = weekdays.get(match[0]);
    const ahead = number === undefined ? 1 : ((number - todayNumber + 6) % 7) + 1;
    return { at: match.index, end: match.index + match[0].length, iso: plusDays(today, ahead), isRange: false };
  });
}

/** ISO, or null for a day that does not exist. */
function isoOf(year: number, month: number, day: number): string | null {
  const iso = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  return new Date(`${iso}T00:00:00Z`).toJSON()?.slice(0, 10) === iso ? iso : null;
}

/** The first such day from today on; 29 February may be years ahead. */
function nextSuch(month: number, day: number, today: string): string | null {
  const year = Number(today.slice(0, 4));
  const days = Array.from({ length: 9 }, (_, ahead) => isoOf(year + ahead, month, day));
  return days.find((iso) => iso !== null && iso >= today) ?? null;
}

const plusDays = (iso: string, days: number) =>
  new Date(Date.parse(`${iso}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
