import type { Line } from './mail-line.ts';
import { FIELD_KINDS, type FieldKind } from './quotation-words.ts';

/** Of an answer to very many people; a longer block is none. */
const MOST_LINES = 60;

/**
 * Whether the block of From, Sent, To and Subject begins at a line that Outlook and others put above the message they
 * quote: in any order, with other fields between, values broken over lines, or an empty line behind each.
 */
export function isHeaderBlock(lines: readonly Line[], at: number): boolean {
  if (kindOf(lines, at) === undefined) return false;
  const kinds = new Set<FieldKind>();
  const has = (kind: FieldKind) => kinds.has(kind);
  let namesAddress = false;
  for (let index = at; index < at + MOST_LINES; index++) {
    const kind = kindOf(lines, index);
    const isRepeated = kind !== undefined && (has(kind) || (isDate(kind) && (has('date') || has('sent'))));
    // Behind an empty line another block begins; without one, the first line was the answer's own "From: what I see, …"
    if (isRepeated && lines[index - 1]?.read !== '') return false;
    if (isRepeated) return has('from') && (has('date') || has('sent')) && (has('subject') || has('to'));
    if (kind !== undefined) kinds.add(kind);
    else if (!continues(lines, index)) break;
    namesAddress ||= kind === 'from' && lines[index]?.read.includes('@') === true;
  }
  if (!has('from')) return false;
  return has('sent') || (has('date') && (has('subject') || namesAddress)) || (has('subject') && has('to'));
}

const isDate = (kind: FieldKind) => kind === 'date' || kind === 'sent';

/** What stands before the first colon, where that is short enough for the name of a field. */
const labelOf = (lines: readonly Line[], at: number): string | undefined =>
  /^([\p{L}\p{M}][\p{L}\p{M} .'-]{0,30}) ?:/u.exec(lines[at]?.read ?? '')?.[1]?.trim();

function kindOf(lines: readonly Line[], at: number): FieldKind | undefined {
  const kind = FIELD_KINDS.get(labelOf(lines, at) ?? '');
  // "Date: open." is no date; a value may stand on the next line.
  return kind !== undefined && isDate(kind) && !/\p{Nd}|:$/u.test(lines[at]?.read ?? '') ? undefined : kind;
}

/** Between two fields: another one, an empty line, the rest of a list of people, or the one broken line of a long value. */
function continues(lines: readonly Line[], at: number): boolean {
  const line = lines[at]?.read ?? '';
  const above = lines[at - 1]?.read ?? '';
  if (line === '') return above !== '' && kindOf(lines, at + 1) !== undefined;
  if (/^[-=_~]{2}/.test(line)) return false;
  if (labelOf(lines, at) !== undefined) return !line.endsWith(':');
  return /@|[;,>]$/.test(line) || /[;,]$/.test(above) || labelOf(lines, at - 1) !== undefined;
}
