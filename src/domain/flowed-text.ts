/**
 * The paragraphs of a text whose lines are flowed (RFC 3676): a line that ends with a blank goes on in the next one, but
 * never in one of another quote depth (section 4.5), and the mark of a signature stands alone. `deletesSpace` is DelSp=yes.
 */
export function unflowed(text: string, deletesSpace: boolean): string {
  const paragraphs: string[] = [];
  let parts: string[] = [];
  let depth = 0;
  const end = () => {
    const words = parts.join('');
    const mark = depth === 0 ? '' : `${'>'.repeat(depth)} `;
    if (parts.length > 0) paragraphs.push(mark + (words === SIGNATURE ? words : words.trimEnd()));
    parts = [];
  };
  for (const line of text.split(/\r?\n/)) {
    const quotes = /^>*/.exec(line)?.[0].length ?? 0;
    const words = line.slice(quotes).replace(/^ /, ''); // a blank that was put there to guard the line
    if (quotes !== depth || words === SIGNATURE) end();
    depth = quotes;
    const isFlowed = words.endsWith(' ') && words !== SIGNATURE;
    parts.push(isFlowed && deletesSpace ? words.slice(0, -1) : words);
    if (!isFlowed) end();
  }
  end();
  return paragraphs.join('\n');
}

const SIGNATURE = '-- ';
