import { isHeaderBlock } from './header-block.ts';
import { introductionAt } from './introduction.ts';
import { isQuoted, type Line, linesOf, nextWritten } from './mail-line.ts';
import { FORWARDED, ORIGINAL } from './quotation-words.ts';

/**
 * The written part of an answer: without lines that begin with ">", what an "On … wrote:" introduces, and everything below
 * an "Original Message" line or a block of From, Sent and Subject. Linear in the length of the text; the whole text is
 * kept elsewhere. An answer below the quoted lines stays.
 */
export function withoutQuoted(text: string): string {
  const lines = linesOf(text);
  const kept: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    if (line === undefined || isSeparator(line) || isHeaderBlock(lines, at)) break;
    const introduction = introductionAt(lines, at);
    if (introduction !== null) {
      kept.push(introduction.before);
      if (!isQuoted(nextWritten(lines, at + introduction.lines))) break;
    } else if (!isQuoted(line)) kept.push(line.text);
    at += introduction?.lines ?? 1;
  }
  const end = kept.findLastIndex((line) => !RULE.test(line));
  return kept
    .slice(0, end + 1)
    .join('\n')
    .trim();
}

/** An empty line, or the one that a program draws above what it quotes. */
const RULE = /^[\s_*=~-]*$/;

/** "----- Original Message -----", and Apple's line above what is passed on. */
const isSeparator = ({ read }: Line) => FORWARDED.test(read) || ORIGINAL.test(DASHED.exec(read)?.[1] ?? '');
const DASHED = /^[-=_]{2,} ?([^-=_]{3,60}?) ?[-=_]{2,}$/;

/** Without the signature and what a phone adds; for the rules only, a person may want to see who signed. */
export function withoutSignature(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => /^--\s?$/.test(line) || PHONE.test(line.trim().toLowerCase()));
  return (end < 0 ? lines : lines.slice(0, end)).join('\n').trim();
}

const PHONE =
  /^(?:sent from|get outlook|envoyé d|gesendet v|von meinem|enviado d|inviato d|verstuurd va|verzonden va|skickat från|sendt fra|lähetetty|wysłan|odeslán|iphone'?(?:um)?dan|i?phoneから|发自|sent via)/;
