import { exactly, folded, wordsIn } from '../copy/folded-text.ts';
import type { ReplyIntent } from '../reply.ts';
import { type Clause, clausesOf } from './clauses.ts';
import { agreement, appointment, negative, positive, unsubscribe } from './reply-words.ts';

export { readReturnDate } from './return-date.ts';

type Sense = 'unsubscribe' | 'negative' | 'positive' | 'agreement' | 'appointment';

const SENSES: readonly (readonly [Sense, RegExp])[] = [
  ['unsubscribe', exactly(unsubscribe)],
  ['negative', exactly(negative)],
  ['appointment', exactly(appointment)],
  ['positive', exactly(positive)],
  ['agreement', exactly(agreement)],
];
/** No clause that settles anything is longer; so a pattern's worst case is small. */
const LONGEST_CLAUSE = 140;

/**
 * What a reply means, where a rule is sure; null leaves it to a model or a person. `written` is without the quoted text.
 * A rule is sure when a whole clause says it ("please remove me from your list") and nothing beside it turns it round:
 * so "I would not say I'm not interested" is no clause of ours, and "I'm not interested, but Ada may be" has a "but".
 */
export function intentOf(subject: string, written: string): ReplyIntent | null {
  const clauses = clausesOf(written).map((clause) => ({ ...clause, sense: senseOf(clause) }));
  const others = clauses.filter(({ sense, text }) => sense === null && text !== '');
  const has = (sense: Sense) => clauses.some((clause) => clause.sense === sense);
  if (others.some(({ full }) => SPARED.test(full))) return null;
  if (SUBJECT.test(folded(subject).trim()) && wordsOf(others) <= 20) return 'unsubscribe';
  const leans = has('positive') || has('appointment');
  // Under "yes, let's talk" a lone "Unsubscribe" is what a footer left.
  if (clauses.some((clause) => asksToStop(clause, others) && !(leans && isOneWord(clause)))) return 'unsubscribe';
  if (has('unsubscribe') || others.some(({ full, isQuestion }) => isQuestion || HEDGE.test(full))) return null;
  if (has('negative'))
    return !leans && wordsOf(others) <= 12 && !clauses.some(({ isQuestion }) => isQuestion) ? 'negative' : null;
  const agrees = has('positive') || (has('agreement') && has('appointment'));
  return agrees && wordsOf(others) <= 8 ? 'positive' : null;
}

/**
 * What a reply leans to where no rule is sure: a suggestion to the person who reads it, and nothing acts on it. null:
 * it says nothing we know, or both.
 */
export function leaningOf(subject: string, written: string): ReplyIntent | null {
  const sure = intentOf(subject, written);
  if (sure !== null) return sure;
  const senses = clausesOf(written).map(senseOf);
  if (senses.includes('unsubscribe')) return 'unsubscribe';
  const isGood = senses.includes('positive') || senses.includes('appointment') || senses.includes('agreement');
  if (senses.includes('negative')) return isGood ? null : 'negative';
  return isGood ? 'positive' : null;
}

interface Understood extends Clause {
  sense: Sense | null;
}

function senseOf({ text, full }: Clause): Sense | null {
  if (full.length > LONGEST_CLAUSE) return null;
  return SENSES.find(([, pattern]) => pattern.test(full) || pattern.test(text))?.[0] ?? null;
}

/** One word could mean much in a longer text, and a condition or a "not" in the same sentence turns it round. */
function asksToStop({ sense, text, full, sentence, isQuestion }: Understood, others: readonly Clause[]): boolean {
  if (sense !== 'unsubscribe') return false;
  if (isQuestion && !REQUEST.test(text)) return false;
  if (isOneWord({ full })) return wordsOf(others) <= 6;
  return !others.some((other) => other.sentence === sentence && HEDGE.test(other.full));
}

/** As a footer leaves it; with a "please" in front somebody wrote it. */
const isOneWord = ({ full }: Pick<Clause, 'full'>) => !/[ \p{Script=Han}\p{Script=Hiragana}]/u.test(full);

const REQUEST = /^(?:can|could|would|will) you|mısınız$/u;

const SUBJECT =
  /^(?:(?:re|aw|sv|vs|tr|fwd?): ?)?(?:please )?(?:unsubscribe(?: me)?|remove(?: me)?|opt[ -]?out|abmelden|abmeldung|abbestellen|désinscription|désabonnement|désabonner|baja|darme de baja|disiscrizione|cancellazione|uitschrijven|afmelden|descadastrar|cancelar subscrição|avregistrera|avprenumerera|afmeld|avmeld|peruuta|wypisz|odhlásit|abonelikten çık|отписаться|配信停止|退订|取消订阅|수신거부)[.!]?$/u;

/** "Don't unsubscribe me": somebody speaks of it and means the contrary. */
const SPARED =
  /(?:\bnot|n't|never|\bnicht|\bnie\b|\bpas\b|\bno|\bnon|\bniet|não|\binte|\bikke|älä|\bnie|\bne)\s(?:.{0,25}\s)?(?:unsubscribe|remove|take me off|opt[ -]out|stop|abmelden|austragen|désabonne|désinscri|retire|baja|elimin|cancell|rimuov|uitschrijven|afmelden|remov|avregistrera|ta bort|afmeld|avmeld|fjern|poista|usuwa|wypisu|odhlaš|vyřaz)/u;

/** Turns round, limits or postpones what stands beside it, in any of the languages. */
const HEDGE = wordsIn(
  "(?:\\p{L}{2,8})n't not never no nobody none cannot but however unless if though although except only maybe perhaps might later instead until would should said says why yet still someone else colleague forward(?:ed|ing)? contact reach talk try nicht kein(?:e|en|er|em|es)? nie niemand aber jedoch wenn falls vielleicht später sondern kollege kollegin ne pas jamais mais si sauf peut-être plus collègue non mai ma però se forse nunca jamás pero quizás tal vez sino niet nooit maar als misschien collega não mas talvez nem inte aldrig ej men om kanske ikke aldrig aldri hvis måske kanskje ei en älä mutta jos ehkä nie nigdy ale jeśli może nikdy však pokud možná değil ama fakat eğer belki не но если может"
    .split(' ')
    .concat(['ません', 'ない', 'ですが', 'もし', '不', '但', '没', '如果', '可能', '않', '지만', '@']),
);

/** How much was said that no rule understood; two signs of an unspaced script count as a word. */
const wordsOf = (clauses: readonly Clause[]) =>
  clauses.reduce(
    (sum, { text }) =>
      sum +
      text.split(/\s+/).length +
      Math.floor((text.match(/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}/gu) ?? []).length / 2),
    0,
  );
