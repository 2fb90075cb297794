import { meansNothing } from '../no-value.ts';
import { quoted } from '../quoted.ts';
import type { TemplateStep } from '../template.ts';
import { whyMisread } from './misread.ts';
import { isWithin, type Material, type Woven, type WovenValue, wovenTexts } from './woven.ts';

/*
 * Values that nobody would send: what another program left where it had none, and letters that were lost on the way. Only
 * what was filled in is looked at, whoever wrote the text around it: an author may write of the unknown.
 */

/** What is wrong with the values in a step, in words for the person who will put it right. */
export function checkValues(step: TemplateStep, material: Material): string[] {
  const problems = wovenTexts(step, material).flatMap((woven) => [
    ...woven.values.flatMap(valueProblems),
    ...unfilledIn(woven),
  ]);
  return [...new Set(problems)];
}

function valueProblems({ name, by, text }: WovenValue): string[] {
  if (by === 'author') return [];
  const says = `${name} says ${quoted(text)}`;
  if (meansNothing(text)) return text.trim() === '' ? [] : [`${says}, which is no value`];
  const misread = whyMisread(text);
  if (misread !== null) return [`${name}: ${misread}`];
  // Of a model's words both are asked already, and more strictly (`copy-checks.ts`).
  if (by === 'model') return [];
  if (OPEN_PLACE.test(text)) return [`${says}, a place that was never filled in`];
  const left = LEFT_OVER.exec(text)?.[0];
  return left === undefined ? [] : [`${says}, in which ${quoted(left)} stands for no value`];
}

/** All of a value: `{first_name}`, `[Name]`, `<<company>>`, `%NAME%`, `*|FNAME|*`. Within one, "[m]STUDIO" is a name. */
const OPEN_PLACE =
  /^\s*(?:\{[^{}]{1,80}\}|\[[^[\]]{1,80}\]|<{1,2}[^<>]{1,80}>{1,2}|%%?[A-Za-z_ ]{2,40}%%?|\*\|[^|*]{1,80}\|\*)\s*$/;

/** What programs print for no value, in their own letters: "Null Island" is a place. */
const LEFT_OVER =
  /(?<![\p{L}\p{N}])(?:undefined|null|NULL|NaN|\[object Object\]|#(?:N\/A|REF!|VALUE!|NAME\?|NULL!|DIV\/0!))(?![\p{L}\p{N}])/u;

/** Double braces, as far as no model wrote them. In an author's fallback they can only be a preview's own. */
function unfilledIn({ text, values }: Woven): string[] {
  const others = values.filter(({ by }) => by !== 'facts');
  return [...text.matchAll(/\{\{[^{}]{0,80}\}\}|\{\{|\}\}/g)]
    .filter(({ 0: found, index }) => !isWithin(others, index) && !isWithin(others, index + found.length - 1))
    .map(({ 0: found }) => `${quoted(found)} was never filled in`);
}
