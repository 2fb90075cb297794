import { parseMessage } from '../message.ts';
import type { TemplateStep } from '../template.ts';
import type { Found } from './contact-points.ts';
import type { AiValue, AiValues } from './generation.ts';

/** What one sequence's copy is made of. */
export interface Material {
  /** As `factsAbout` has them. */
  facts: ReadonlyMap<string, string>;
  /** The values of the template's AI variables. */
  ai: AiValues;
  /** The template's. */
  language: string | null;
}

/** What stands where a variable stood. `facts`: what is known of the contact or the sender; `author`: a default or a fallback. */
export interface WovenValue extends Found {
  name: string;
  by: 'facts' | 'model' | 'author';
}

/** A text of a step with everything filled in, what was filled in where, and where in it a language model wrote. */
export interface Woven {
  text: string;
  values: WovenValue[];
  generated: WovenValue[];
  isHeader: boolean;
}

/** The texts of a step with everything filled in. Manual tasks never go out, so they have none. */
export const wovenTexts = (step: TemplateStep, material: Material): Woven[] =>
  sentTexts(step).map(({ text, isHeader }) => weave(text, isHeader, material));

/** The author's texts of a step, as far as they go out. */
export function sentTexts(step: TemplateStep): { text: string; isHeader: boolean }[] {
  switch (step.kind) {
    case 'email':
      return [
        { text: step.subject, isHeader: true },
        { text: step.body, isHeader: false },
      ];
    case 'linkedin_message':
      return [{ text: step.body, isHeader: false }];
    case 'linkedin_invitation':
      return [{ text: step.note ?? '', isHeader: false }];
    case 'manual_task':
      return [];
  }
}

/** The last that begins before `at`. They stand in the order of the text and none reaches into the next, so halving finds it. */
export function lastBefore(values: readonly WovenValue[], at: number): WovenValue | undefined {
  let [from, to] = [0, values.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((values[middle]?.start ?? at) < at) from = middle + 1;
    else to = middle;
  }
  return values[from - 1];
}

/** Whether one of them holds the character at `at`. */
export const isWithin = (values: readonly WovenValue[], at: number): boolean =>
  (lastBefore(values, at + 1)?.end ?? 0) > at;

function weave(template: string, isHeader: boolean, { facts, ai }: Material): Woven {
  let text = '';
  const values: WovenValue[] = [];
  for (const part of parseMessage(template).parts) {
    const start = text.length;
    if (part.kind === 'text') text += part.text;
    else {
      const { name, fallback } = part;
      const written = Object.hasOwn(ai, name) ? ai[name] : undefined;
      const value = written ? written.value : facts.get(name);
      const said = value ?? fallback ?? '';
      text += said;
      const by = value == null ? 'author' : writerOf(written);
      values.push({ name, by, text: said, start, end: text.length });
    }
  }
  return { text, values, generated: values.filter(({ by }) => by === 'model'), isHeader };
}

function writerOf(written: AiValue | undefined): WovenValue['by'] {
  if (!written) return 'facts';
  return written.by === 'model' ? 'model' : 'author';
}
