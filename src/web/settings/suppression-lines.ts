import type { EnteredKind } from '../../domain/suppression.ts';

export interface Line {
  kind: EnteredKind;
  value: string;
}

/** As somebody pastes them, one in a line or parted by commas: "ada@example.com", "@example.com", "linkedin.com/in/ada". */
export const linesOf = (text: string): Line[] =>
  text
    .split(/[\n,;]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((value) => ({ kind: kindOf(value), value }));

function kindOf(value: string): Line['kind'] {
  if (/(^|\/)in\//i.test(value) || /linkedin\.com/i.test(value)) return 'profile';
  if (value.startsWith('@')) return 'domain';
  if (value.includes('@')) return 'address';
  return value.includes('.') ? 'domain' : 'profile';
}
