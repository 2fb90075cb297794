import { STANDARD_VARIABLES } from '../../domain/message.ts';
import { VARIABLE } from './steps.ts';

/** A piece of a message as the editor shows it. */
export interface Piece {
  text: string;
  /** Where it begins. */
  at: number;
  kind: 'text' | 'variable' | 'unknown';
}

const isCustom = (name: string) => /^custom\.[a-z][a-z0-9_]*$/.test(name);

/** The text in order, its variables apart; those that exist are chips, the others stand out. */
export function piecesOf(text: string, own: readonly string[]): Piece[] {
  const known = new Set<string>([...STANDARD_VARIABLES, ...own]);
  const pieces: Piece[] = [];
  let taken = 0;
  for (const { 0: written, 1: name = '', index } of text.matchAll(VARIABLE)) {
    if (taken < index) pieces.push({ text: text.slice(taken, index), at: taken, kind: 'text' });
    pieces.push({ text: written, at: index, kind: known.has(name) || isCustom(name) ? 'variable' : 'unknown' });
    taken = index + written.length;
  }
  return taken < text.length ? [...pieces, { text: text.slice(taken), at: taken, kind: 'text' }] : pieces;
}

/** What is being typed after `{{`, up to the caret; null: no variable is being typed. */
export function typedVariable(text: string, caret: number): { from: number; typed: string } | null {
  const [open, typed = ''] = /\{\{[ \t]*([\w.]*)$/.exec(text.slice(0, caret)) ?? [];
  return open === undefined ? null : { from: caret - open.length, typed };
}

export interface Choice {
  name: string;
  group: 'AI variables' | 'Contact' | 'Company' | 'Sender';
}

const groupOf = (name: string): Choice['group'] =>
  name.startsWith('sender_') ? 'Sender' : name.startsWith('company') ? 'Company' : 'Contact';

/** What may stand between braces, the template's own first. */
export const choicesOf = (own: readonly string[]): Choice[] => [
  ...own.filter((name) => name !== '').map((name): Choice => ({ name, group: 'AI variables' })),
  ...STANDARD_VARIABLES.map((name): Choice => ({ name, group: groupOf(name) })),
];

export const matching = (choices: readonly Choice[], typed: string): Choice[] => {
  const wanted = typed.toLowerCase();
  const starting = choices.filter(({ name }) => name.startsWith(wanted));
  return [...starting, ...choices.filter(({ name }) => !name.startsWith(wanted) && name.includes(wanted))];
};
