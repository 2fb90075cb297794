import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  checkMessage,
  isVariableName,
  parseMessage,
  render,
  STANDARD_VARIABLES,
  toHtml,
  type Values,
  variablesIn,
} from '../../src/domain/message.ts';
import { wordsText } from '../../src/domain/problem.ts';

const allowed: ReadonlySet<string> = new Set([...STANDARD_VARIABLES, 'personalized_opener']);
const ada = { first_name: 'Ada', company: 'Analytical Engines', job_title: null, sender_name: 'Grace' };

const written = (text: string, values: Values = ada) => render(text, values).text;

describe('a message', () => {
  test('has its variables replaced by the contact’s values', () => {
    expect(render('Hi {{first_name}}, how is {{ company }}?', ada)).toEqual({
      text: 'Hi Ada, how is Analytical Engines?',
      missing: [],
    });
  });

  test('without variables stays as it is, and an empty one is empty', () => {
    expect(written('Hello { there } | "you" \\ }{ 100 %')).toBe('Hello { there } | "you" \\ }{ 100 %');
    expect(render('', ada)).toEqual({ text: '', missing: [] });
    expect(parseMessage('')).toEqual({ parts: [], problems: [] });
  });

  test('uses a default where there is no value', () => {
    expect(written('Hi {{ job_title | default: "there" }}!')).toBe('Hi there!');
    expect(written('Hi {{job_title|default:"there"}}!')).toBe('Hi there!');
    expect(written('Hi {{\tfirst_name  |\tdefault : "there"\t}}!')).toBe('Hi Ada!');
  });

  test.each([
    ['{{ x | default: "" }}', ''],
    ['{{ x | default: "say \\"hi\\" \\\\ \\n" }}', 'say "hi" \\ \\n'],
    ['{{ x | default: "a | b } { : c" }}', 'a | b } { : c'],
    ['{{ x | default: "Zoë 🦊" }}', 'Zoë 🦊'],
  ])('a default may be empty, and hold escaped quotes and single braces: %s', (text, expected) => {
    expect(render(text, {})).toEqual({ text: expected, missing: [] });
  });

  test.each([[undefined], [null], [''], ['  \n\t '], ['\u00a0']])('takes %j for no value', (value) => {
    expect(render('Hi {{first_name}}', { first_name: value })).toEqual({ text: 'Hi ', missing: ['first_name'] });
    expect(written('Hi {{first_name | default: "you"}}', { first_name: value })).toBe('Hi you');
  });

  test('names what it lacks, each once, in the order of first use', () => {
    const text = '{{job_title}} {{company_news}} {{job_title}} {{first_name}} {{recent_activity | default: "x"}}';
    expect(render(text, ada).missing).toEqual(['job_title', 'company_news']);
  });

  test('lacks a variable that has a default in one place and none in another', () => {
    expect(render('{{x | default: "a"}} {{x}}', {})).toEqual({ text: 'a ', missing: ['x'] });
  });

  test('may use a contact’s own fields', () => {
    expect(written('{{custom.plan}}', { 'custom.plan': 'Pro' })).toBe('Pro');
    expect(checkMessage('{{custom.plan}}', allowed)).toEqual([]);
  });

  test('lists its variables, each once, in the order of first use', () => {
    expect(variablesIn('{{b}} {{a | default: "x"}} {{b}} {{custom.c}} {{ broken')).toEqual(['b', 'a', 'custom.c']);
  });
});

describe('hostile values and names', () => {
  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'])(
    '{{%s}} finds nothing that the object inherits',
    (name) => {
      expect(render(`{{${name}}}`, ada)).toEqual({ text: '', missing: [name] });
      expect(checkMessage(`{{${name}}}`, allowed).map(wordsText)).toEqual([`unknown variable "${name}"`]);
    },
  );

  test('a field that is really called constructor is used', () => {
    expect(written('{{constructor}}', { constructor: 'Bob' })).toBe('Bob');
    expect(written('{{__proto__}}', JSON.parse('{"__proto__":"Eve"}'))).toBe('Eve');
  });

  test.each(['{{company}}', '{{ x | default: "y" }}', `\${company}`, '$&', '$1', '<%= 1 %>', '}}{{company}}{{', '{{'])(
    'a value of %s goes in as it is',
    (value) => {
      expect(render('{{first_name}}', { ...ada, first_name: value })).toEqual({ text: value, missing: [] });
    },
  );

  test('two values cannot make a variable together', () => {
    expect(written('{{a}}{{b}}', { a: '{{comp', b: 'any}}', company: 'no' })).toBe('{{company}}');
  });

  test('nothing that looks like code is run', () => {
    const text = `\${1 + 1} {{ 1 + 1 }} {{ first_name.length }} {{ first_name | upcase }}`;
    expect(render(text, ada).text).toBe(`\${1 + 1}   {{ first_name | upcase }}`);
  });

  test('a value as long as ten messages is written whole, and a text that names it a thousand times no further', () => {
    const value = 'x{{y}}'.repeat(33_000);
    expect(written('<{{first_name}}>', { first_name: value })).toBe(`<${value}>`);
    const many = render('{{first_name}}{{zz}}'.repeat(1_000), { first_name: value });
    expect(many).toEqual({ text: `${value}${value}`.slice(0, 200_000), missing: ['zz'] });
  });
});

describe('a text is checked', () => {
  test.each([
    ['Hi {{first_nam}}', ['unknown variable "first_nam" (did you mean "first_name"?)']],
    ['{{First Name}}', ['unknown variable "First Name" (did you mean "first_name"?)']],
    ['{{firstname}}', ['unknown variable "firstname" (did you mean "first_name"?)']],
    ['{{personalised_opener}}', ['unknown variable "personalised_opener" (did you mean "personalized_opener"?)']],
    ['{{zz}}', ['unknown variable "zz"']],
    ['{{prénom}}', ['unknown variable "prénom"']],
    [
      '{{custom.Some Key}}',
      ['unknown variable "custom.Some Key" (a custom field\'s key is lower-case letters, digits and _)'],
    ],
    ['{{zz}} {{zz}} {{yy | default: "x"}}', ['unknown variable "zz"', 'unknown variable "yy"']],
    ['Hi {{first_name}}, {{', ['"{{" at character 20 is never closed']],
    ['Hi there, xx {{first_name, {{company}}', ['"{{" at character 14 is never closed']],
    ['Hi {{first_name}, hello', ['"{{" at character 4 is never closed']],
    ['Hi {{first\nname}}', ['"{{" at character 4 is never closed', '"}}" at character 16 closes nothing']],
    ['{{company}} }}}}} {{company}}', ['"}}" at character 13 closes nothing']],
    ['Hi {first_name}}', ['"}}" at character 15 closes nothing']],
    ['{{}}', ['"{{" at character 1 names no variable']],
    ['{{ }} {{company}}', ['"{{" at character 1 names no variable']],
    ['{{{company}}}', ['"{{" at character 1 names no variable']],
    ['{{ | default: "x" }}', ['"{{" at character 1 names no variable']],
  ])('%s', (text, problems) => {
    expect(checkMessage(text, allowed).map(wordsText)).toEqual(problems);
  });

  test.each([
    '{{company | upcase}}',
    '{{company | default}}',
    '{{company | default: there}}',
    "{{company | default: 'there'}}",
    '{{company | default: “there”}}',
    '{{company | default: "there}}',
    '{{company | default: "there" | upcase}}',
    '{{company | default: "there" } }',
    '{{company | default: "a\nb" }}',
    '{{company |',
    '{{company | default: "',
    '{{company | default: "\\',
  ])('%s is answered with how a default is written', (text) => {
    expect(checkMessage(text, allowed).map(wordsText)[0]).toBe(
      'what follows "|" in "{{" at character 1 is not understood, expected {{ name | default: "text" }}',
    );
  });

  test('a short name is not taken for any other short one', () => {
    expect(checkMessage('{{cat}}', new Set(['cto'])).map(wordsText)).toEqual(['unknown variable "cat"']);
    expect(checkMessage('{{cat}}', new Set(['cto', 'cats'])).map(wordsText)).toEqual([
      'unknown variable "cat" (did you mean "cats"?)',
    ]);
  });

  test('reading goes on behind what could not be read', () => {
    expect(variablesIn('{{a | b}} {{c}} {{d {{e}} {{}} {{f}}')).toEqual(['c', 'e', 'f']);
    expect(variablesIn('{{a | default: "{{b}}" }} {{c}}')).toEqual(['b', 'c']);
  });

  test('what could not be read stays as it is written', () => {
    expect(written('a {{ b | c }} {{first_name}} {{')).toBe('a {{ b | c }} Ada {{');
  });

  test('the document’s own examples are right', () => {
    const text =
      '{{first_name}} {{company}} {{ job_title | default: "there" }} {{personalized_opener}} {{sender_name}} {{sender_job_title}}';
    expect(checkMessage(text, allowed)).toEqual([]);
    for (const name of STANDARD_VARIABLES) expect(checkMessage(`{{${name}}}`, allowed)).toEqual([]);
  });

  test('at most 20 problems are told, and a name of a megabyte is cut', () => {
    expect(checkMessage('{{a {{b| '.repeat(100), allowed)).toHaveLength(20);
    expect(checkMessage(Array.from({ length: 100 }, (_, index) => `{{x${index}}}`).join(''), allowed)).toHaveLength(20);
    expect(checkMessage(`{{${'x'.repeat(1_000_000)}}}`, allowed).map(wordsText)).toEqual([
      `unknown variable "${'x'.repeat(64)}…"`,
    ]);
  });

  test('names are lower-case letters, digits and _, a letter first, at most 64 characters', () => {
    expect(['a', 'pain_point_2', 'x'.repeat(64), 'constructor'].filter(isVariableName)).toHaveLength(4);
    expect(
      ['', '_a', '2a', 'A', 'a-b', 'a.b', 'a b', 'é', 'a\n', 'x'.repeat(65), '__proto__'].filter(isVariableName),
    ).toEqual([]);
  });
});

describe('reading takes time linear in the length', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** How often the scanner looked at a character of the text: it only does through these two. */
  function looksAt(text: string): number {
    const charAt = vi.spyOn(String.prototype, 'charAt');
    const startsWith = vi.spyOn(String.prototype, 'startsWith');
    parseMessage(text);
    const looks = charAt.mock.calls.length + startsWith.mock.calls.length;
    vi.restoreAllMocks();
    return looks;
  }

  test.each([
    '{',
    '}',
    '{{',
    '{}',
    '{ ',
    '{{ ',
    '{{a ',
    '{{a}',
    '{{a|',
    '{{a|default:"',
    '{{a|default:"\\',
    '{{a|default:"}',
    '{{a|default: "x" {{',
    '{{a | default: "x" }}',
    '{{}}',
    '"',
    ' ',
  ])('for a text that repeats %j', (piece) => {
    const repeated = (length: number) => piece.repeat(Math.ceil(length / piece.length));
    expect(looksAt(repeated(4_000))).toBeLessThan(8 * 4_000);
    expect(looksAt(repeated(8_000))).toBeLessThan(8 * 8_000);
    expect(looksAt(`{{a|default:"${repeated(8_000)}`)).toBeLessThan(8 * 8_100);
  });

  test('100,000 opening braces are one problem', () => {
    expect(parseMessage('{'.repeat(100_000)).problems).toEqual([
      { at: 0, problem: '"{{" at character 1 names no variable' },
    ]);
  });

  test('no text throws, and its parts are the text again', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom('{{', '}}', '{', '}', '|', '"', '\\', ' ', '\n', 'default', ':', 'first_name'),
        fc.string(),
      ),
    );
    fc.assert(
      fc.property(pieces, (array) => {
        const text = array.join('');
        const { parts, problems } = parseMessage(text);
        const literal = parts.reduce((length, part) => length + (part.kind === 'text' ? part.text.length : 0), 0);
        const variables = parts.filter(({ kind }) => kind === 'variable').length;
        expect(literal).toBeLessThanOrEqual(text.length - 5 * variables);
        if (variables === 0) expect(parts).toEqual(text === '' ? [] : [{ kind: 'text', text }]);
        for (const { at } of problems) expect(['{{', '}}']).toContain(text.slice(at, at + 2));
      }),
    );
  });
});

describe('a header', () => {
  test.each([
    ['\r\nBcc: eve@example.com', ' Bcc: eve@example.com'],
    ['\n\n\n', ' '],
    ['a\u0085b\u2028c\u2029d\u0000e\u007ff\tg', 'a b c d e f g'],
  ])('has one space for the control characters in %j', (value, expected) => {
    expect(render('Re {{x}}', { x: `-${value}` }, 'header').text).toBe(`Re -${expected}`);
    expect(render(`Re ${value}{{x | default: "${value.replace(/\n/g, '')}"}}`, { x: '-' }, 'header').text).toBe(
      `Re ${expected}-`,
    );
  });

  test('never has a line break, whatever the text and the value', () => {
    const wild = fc.string({
      unit: fc.oneof(fc.constantFrom('\r', '\n', '\u2028', '\u0085', '{', '}'), fc.string({ maxLength: 1 })),
    });
    fc.assert(
      fc.property(wild, wild, (text, value) => {
        expect(render(`${text}{{x}}`, { x: value }, 'header').text).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      }),
    );
  });

  test('keeps other letters, accents and emoji', () => {
    expect(render('{{x}}', { x: 'Zoë — 🦊' }, 'header').text).toBe('Zoë — 🦊');
  });
});

describe('HTML', () => {
  test('values and defaults are escaped, the author’s own text is not', () => {
    const text = '<b>{{first_name}}</b> {{x | default: "R&D"}}';
    expect(render(text, { first_name: `<script>alert("1")</script>'` }, 'html').text).toBe(
      '<b>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;</b> R&amp;D',
    );
  });

  test('plain text becomes paragraphs and line breaks', () => {
    expect(toHtml('Hi Ada,\r\n\r\nhow are you?\nBest\n \n\nGrace\n')).toBe(
      '<p>Hi Ada,</p>\n<p>how are you?<br>\nBest</p>\n<p>Grace</p>',
    );
    expect(toHtml('')).toBe('');
    expect(toHtml('\n \n')).toBe('');
  });

  test.each([
    [
      'see https://example.com/a?b=1&c=2.',
      'see <a href="https://example.com/a?b=1&amp;c=2">https://example.com/a?b=1&amp;c=2</a>.',
    ],
    ['(http://example.com)', '(<a href="http://example.com">http://example.com</a>)'],
    ['https://example.com/a_(b)', '<a href="https://example.com/a_(b)">https://example.com/a_(b)</a>'],
    ['HTTPS://EXAMPLE.COM!', '<a href="HTTPS://EXAMPLE.COM">HTTPS://EXAMPLE.COM</a>!'],
    ['http:// and https://', 'http:// and https://'],
    ['https://%', 'https://%'],
    ['javascript:alert(1)', 'javascript:alert(1)'],
    ['data:text/html,<b>', 'data:text/html,&lt;b&gt;'],
    [
      'https://example.com/"onmouseover="x',
      '<a href="https://example.com/">https://example.com/</a>&quot;onmouseover=&quot;x',
    ],
    ['https://example.com/<script>', '<a href="https://example.com/">https://example.com/</a>&lt;script&gt;'],
    ["https://example.com/'x'", '<a href="https://example.com/">https://example.com/</a>&#39;x&#39;'],
    [
      'a https://example.com b https://example.org',
      'a <a href="https://example.com">https://example.com</a> b <a href="https://example.org">https://example.org</a>',
    ],
  ])('%s', (plain, html) => {
    expect(toHtml(plain)).toBe(`<p>${html}</p>`);
  });

  test('has no tags but its own, whatever the text', () => {
    const wild = fc.array(
      fc.oneof(
        fc.constantFrom('<', '>', '"', "'", '&', 'https://', 'http://a.example', '\n', ' ', '(', ')'),
        fc.string(),
      ),
    );
    fc.assert(
      fc.property(wild, (pieces) => {
        const tags = toHtml(pieces.join('')).match(/<[^>]*>?/g) ?? [];
        for (const tag of tags) expect(tag).toMatch(/^<(p|\/p|br|\/a|a href="https?:\/\/[^"<>]*")>$/i);
      }),
    );
  });

  test('an address of 100,000 brackets ends', () => {
    expect(toHtml(`https://example.com/${')'.repeat(100_000)}`)).toContain('<a href="https://example.com/">');
  });
});
