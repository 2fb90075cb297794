import { expect, test } from 'vitest';
import { textOfHtml } from '../../src/domain/html-text.ts';

test.each([
  ['words', 'Hello <b>Ann</b>,  how\n are you?', 'Hello Ann, how are you?'],
  ['lines', '<div>one</div><div>two<br>three</div>', 'one\ntwo\nthree'],
  ['paragraphs', '<p>one</p>\n<p>two</p>', 'one\n\ntwo'],
  ['an empty line', '<div>one</div><div><br></div><div>two</div>', 'one\n\ntwo'],
  ['a list', '<ul><li>one</li><li>two</li></ul>', 'one\ntwo'],
  ['cells', '<table><tr><td>one</td><td>two</td></tr><tr><td>three</td></tr></table>', 'one two\nthree'],
  ['what is laid out by hand', '<pre>one\n  two</pre>', 'one\n  two'],
  ['entities', '&lt;b&gt; &amp;amp; caf&eacute; &#39;&#x20AC;&nbsp;', "<b> &amp; café '€"],
  ['entities that are none', '&nothing; &#0; &#xD800; & &#9999999;', '&nothing; \ufffd \ufffd & \ufffd'],
  ['nothing unseen', '<head><title>t</title></head><style>p{}</style>a<script>b</script><!-- c -->d', 'ad'],
  ['nothing behind what never ends', 'a<script>b<p>c', 'a'],
  ['a sign that is no tag', 'a < b <3 c <', 'a < b <3 c <'],
  ['a tag that never ends', 'a <b', 'a <b'],
  ['a quote', 'Yes<blockquote type="cite"><p>Shall we?<br>Ann</p></blockquote>Bye', 'Yes\n\n> Shall we?\n> Ann\n\nBye'],
  [
    'a quote in a quote',
    '<blockquote class="gmail_quote">a<blockquote type=cite>b</blockquote></blockquote>',
    '> a\n\n> > b',
  ],
  ['an indented word of one’s own', 'Yes<blockquote style="margin:0">No</blockquote>', 'Yes\n\nNo'],
  ['an end without a beginning', '</blockquote></p>a', 'a'],
])('gives %s', (_, html, text) => {
  expect(textOfHtml(html)).toBe(text);
});

test.each([
  ['signs', '<'.repeat(500_000)],
  ['tags without an end', '<a'.repeat(250_000)],
  ['scripts', '<script>'.repeat(60_000)],
  ['quotes', '<blockquote class="quote">x'.repeat(20_000)],
  ['classes in one tag', `<blockquote ${'class="'.repeat(70_000)}>`],
  ['ampersands', '&#'.repeat(250_000)],
  ['spaces', `a${' '.repeat(500_000)}b`],
  ['line breaks', '<br>'.repeat(100_000)],
])('stays small whatever a stranger repeats: %s', (_, html) => {
  expect(textOfHtml(html).length).toBeLessThanOrEqual(html.length + 2);
});
