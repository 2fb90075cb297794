import { quoted } from '../quoted.ts';
import {
  MAX_BODY_CHARACTERS,
  MAX_LINKEDIN_CHARACTERS,
  MAX_NOTE_CHARACTERS,
  MAX_SUBJECT_CHARACTERS,
  MAX_TITLE_CHARACTERS,
  type TemplateStep,
} from '../template.ts';
import { contactPointsIn, samePoint } from './contact-points.ts';
import { leftOver } from './copy-words.ts';
import { folded, wordsIn } from './folded-text.ts';
import { isInAnotherLanguage } from './language.ts';
import type { StepContent } from './step-content.ts';
import { isWithin, lastBefore, type Material, sentTexts, type Woven, wovenTexts } from './woven.ts';

/*
 * What keeps copy from being sent unread. Of its wording only what a language model wrote is doubted: the author's own
 * words, the fallbacks among them, go out as they are. What is known of the contact is looked at in `value-checks.ts`.
 * Design 7.
 */

/** What is wrong with the generated parts of a step, in words for the person who will put it right. Manual tasks never go out. */
export function checkCopy(step: TemplateStep, material: Material): string[] {
  const generated = wovenTexts(step, material).filter((woven) => woven.generated.length > 0);
  if (generated.length === 0) return [];
  const own = new Set(
    sentTexts(step).flatMap(({ text }) => contactPointsIn(text).map((found) => samePoint(found.text))),
  );
  const company = material.facts.get('company');
  if (company !== undefined) own.add(samePoint(company)); // "Booking.com"
  const problems = generated.flatMap((woven) => [
    ...openPlaces(woven),
    ...leftOverWords(woven),
    ...strangePoints(woven, own),
    ...strangeCharacters(woven),
    ...wrongLanguage(woven, material.language),
  ]);
  return [...new Set(problems)];
}

/** What is longer than its channel takes. */
export function checkLengths(content: StepContent): string[] {
  const over = (field: string, text: string, most: number) =>
    text.length > most ? [`the ${field} has ${text.length} characters, at most ${most}`] : [];
  switch (content.kind) {
    case 'email':
      return [
        ...over('subject', content.subject, MAX_SUBJECT_CHARACTERS),
        ...over('body', content.body, MAX_BODY_CHARACTERS),
      ];
    case 'linkedin_message':
      return over('message', content.body, MAX_LINKEDIN_CHARACTERS);
    case 'linkedin_invitation':
      return over('note', content.note ?? '', MAX_NOTE_CHARACTERS);
    case 'manual_task':
      return [
        ...over('title', content.title, MAX_TITLE_CHARACTERS),
        ...over('instructions', content.instructions, MAX_BODY_CHARACTERS),
      ];
  }
}

/** `{{name}}`, `{x}`, `[Name]`, `<company>`, `%NAME%`, `____`: at least one end of it is the model's. */
const OPEN_PLACE =
  /\{\{|\}\}|\{[^{}\n]{1,80}\}|\[[^[\]\n]{1,80}\]|<[\p{L}/!?%][^<>\n]{0,80}>|%[A-Za-z_]{2,40}%|_{3,}/gu;

function openPlaces({ text, generated }: Woven): string[] {
  return [...text.matchAll(OPEN_PLACE)]
    .filter(({ 0: found, index }) => isWithin(generated, index) || isWithin(generated, index + found.length - 1))
    .map(({ 0: found }) => `${quoted(found)} looks like a place left to be filled in`);
}

const LEFT_OVER = wordsIn(leftOver);
/** In capitals: "todo" is Spanish and Portuguese. */
const TO_DO = /(?<![\p{L}\p{N}])(?:TODO|TO-DO)(?=\s*[:(-]|\s*$)/u;

function leftOverWords({ generated }: Woven): string[] {
  return generated.flatMap(({ text }) => {
    const found = LEFT_OVER.exec(folded(text))?.[0] ?? TO_DO.exec(text)?.[0];
    return found === undefined ? [] : [`${quoted(found)} reads like something left over`];
  });
}

/** Addresses, account names and telephone numbers that the author did not write; also half the model's and half not. */
function strangePoints(woven: Woven, own: ReadonlySet<string>): string[] {
  return contactPointsIn(woven.text)
    .filter(({ start, end }) => (lastBefore(woven.generated, end)?.end ?? 0) > start)
    .filter(({ text }) => !own.has(samePoint(text)))
    .map(({ text }) => `${quoted(text)} is an address or a number that the template does not have`);
}

/** Control characters; invisible ones, but for those that join letters; line breaks in a subject. */
const STRANGE = /(?![\n\r\t])\p{Cc}|(?![\u200c\u200d])\p{Cf}|[\p{Co}\p{Cs}\ufffd]/u;
const LINE_BREAK = /[\n\r\u2028\u2029]/;

function strangeCharacters({ generated, isHeader }: Woven): string[] {
  return generated.flatMap(({ text }) => [
    ...(STRANGE.test(text) ? ['it holds characters that nobody sees'] : []),
    ...(isHeader && LINE_BREAK.test(text) ? ['its subject goes over several lines'] : []),
  ]);
}

function wrongLanguage({ generated }: Woven, language: string | null): string[] {
  if (language === null) return [];
  const strays = generated.filter(({ text }) => isInAnotherLanguage(text, language));
  return strays.length > 0 ? [`part of it does not read as the template's language, "${language}"`] : [];
}
