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
  [
    'Gmail',
    '<div class="gmail_quote"><div class="gmail_attr">On Monday Ann:<br></div><blockquote class="gmail_quote">When?</blockquote></div>',
    '> On Monday Ann:\n\n> When?',
  ],
  [
    'Gmail, passed on',
    '<div class="gmail_quote"><div class="gmail_attr">--- Message ---</div>When?<p>Ann</p></div>',
    '> --- Message ---\n> When?\n\n> Ann',
  ],
  [
    'Apple Mail',
    '<blockquote type="cite"><div>On Monday Ann wrote:</div><div>When?</div></blockquote>',
    '> On Monday Ann wrote:\n> When?',
  ],
  [
    'Thunderbird',
    '<div class="moz-cite-prefix">On Monday Ann wrote:</div><blockquote cite="mid:1">When?</blockquote>',
    '> On Monday Ann wrote:\n\n> When?',
  ],
  [
    'Outlook on the web',
    '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Ann<br></div><div>When?</div>',
    '> From: Ann\n> When?',
  ],
  [
    'Outlook on the web, quoted again',
    '<div id="x_divRplyFwdMsg"><b>From:</b> Ann</div><div>When?</div>',
    '> From: Ann\n> When?',
  ],
  [
    'Outlook',
    "<div style='border:none; border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p>Ann</p></div><p>When?</p>",
    '> Ann\n\n> When?',
  ],
  [
    'Outlook for phones',
    '<div id="mail-editor-reference-message-container"><div>Ann</div>When?</div>',
    '> Ann\n> When?',
  ],
  ['Hotmail', '<hr id="stopSpelling">Date: Monday<br>When?', '> Date: Monday\n> When?'],
  [
    'Yahoo',
    '<div id="ydp1a2byahoo_quoted_42" class="ydp1a2byahoo_quoted"><div>On Monday Ann wrote:</div><div>When?</div></div>',
    '> On Monday Ann wrote:\n> When?',
  ],
  [
    'Proton',
    '<div class="protonmail_quote">On Monday Ann wrote:<br><blockquote class="protonmail_quote" type="cite">When?</blockquote></div>',
    '> On Monday Ann wrote:\n\n> > When?',
  ],
  [
    'Zoho',
    '<div class="zmail_extra"><div>On Monday Ann wrote</div><blockquote style="margin:0">When?</blockquote></div>',
    '> On Monday Ann wrote\n\n> When?',
  ],
  ['GMX', '<div name="quote" style="border-left:2px solid">When?</div>', '> When?'],
  [
    'Roundcube',
    '<p id="reply-intro">On Monday Ann wrote:</p><blockquote>When?</blockquote>',
    '> On Monday Ann wrote:\n\n> When?',
  ],
])('marks what %s quotes, and nothing of the answer around it', (_, quoted, text) => {
  expect(textOfHtml(`<div>Yes</div>${quoted}`).replaceAll('\n\n', '\n')).toBe(`Yes\n${text.replaceAll('\n\n', '\n')}`);
});

test('an answer below a marked quotation stays, and so does one between two', () => {
  const quote = '<div class="gmail_attr">Ann:</div><blockquote class="gmail_quote">When?</blockquote>';
  expect(textOfHtml(`${quote}<div>Now</div><blockquote class="gmail_quote">Why?</blockquote><div>So</div>`)).toBe(
    '> Ann:\n\n> When?\n\nNow\n\n> Why?\n\nSo',
  );
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
  ['introductions', '<div class="gmail_attr">x'.repeat(20_000)],
  ['names of classes', `<div class="${'x_'.repeat(200_000)}">`],
])('stays small whatever a stranger repeats: %s', (_, html) => {
  expect(textOfHtml(html).length).toBeLessThanOrEqual(html.length + 2);
});
