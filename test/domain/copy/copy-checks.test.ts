import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contactPointsIn, samePoint } from '../../../src/domain/copy/contact-points.ts';
import { checkCopy, checkLengths } from '../../../src/domain/copy/copy-checks.ts';
import type { AiValue } from '../../../src/domain/copy/generation.ts';
import { isWithin } from '../../../src/domain/copy/woven.ts';
import { idOf, type StepId } from '../../../src/domain/ids.ts';
import type { TemplateStep } from '../../../src/domain/template.ts';
import { processorTime } from '../../support/processor-time.ts';

const base = { id: idOf<StepId>('01890000-0000-7000-8000-000000000001'), name: 'Step', delay: null };
const email = (body: string, subject = 'Hello'): TemplateStep => ({
  ...base,
  kind: 'email',
  subject,
  body,
  newThread: true,
});
const byModel = (value: string): AiValue => ({ value, by: 'model' });

/** The problems of an email whose opener a language model wrote. */
const problemsOf = (value: string, { body = 'Hi Ada,\n{{opener}}\nSam', language = null as string | null } = {}) =>
  checkCopy(email(body), { facts: new Map(), ai: { opener: byModel(value) }, language });

describe('a place left to be filled in is found', () => {
  test.each([
    'Hello {{first_name}}, nice to meet you',
    'I saw {{',
    'all of }} it',
    'Hello {first_name}',
    'Hello #{name}',
    'Hello [Name]',
    'Hello [first name]',
    'as others said [1]',
    'Hello <company>',
    'Hello <% name %>',
    'Hello %FIRSTNAME%',
    'I saw that ____ is hiring',
    'See [our page](x)',
  ])('%s', (value) => {
    expect(problemsOf(value)).not.toEqual([]);
  });

  test('also where the model wrote one end of it only', () => {
    expect(problemsOf('first_name}} is back', { body: '{{ opener | default: "x" }}' })).toHaveLength(1);
    expect(problemsOf('tell {me', { body: '{{opener}}} now' })).toHaveLength(1);
    expect(problemsOf('tell me}', { body: 'If {so, {{opener}}' })).toEqual([
      '"{so, tell me}" looks like a place left to be filled in',
    ]);
  });

  test.each([
    'Growth of 5 < 7 and > 3 as you said',
    '100% of teams save 20% or more',
    'snake_case and kebab-case',
    'I <3 your post',
    'That is 50%, and 60% next year',
  ])('and ordinary words are left alone: %s', (value) => {
    expect(problemsOf(value)).toEqual([]);
  });
});

describe('what was left over is found', () => {
  test.each([
    'Lorem ipsum dolor sit amet',
    'We helped XXX grow',
    'TODO: write about their product',
    'An opener, TBD',
    'Hello Insert Name Here',
    'We at Your Company Name help',
    'Welcome to undefined',
    'As an AI language model, I have no access to news.',
    'As an AI, I find this impressive',
    "I'm sorry, but I can't help with that request.",
    "Sure! Here's a personalized opener",
    'Here is the opening line',
    'Hier Name einfügen und los',
    'Das ist ein Platzhalter',
    'Als KI-Sprachmodell weiß ich das nicht',
    'Insérez ici votre accroche',
    "En tant qu'IA, je ne peux pas",
    'Inserte aquí el nombre',
    'Inserire qui il nome',
    'Insira aqui o nome',
    'Uw naam hier',
    'Platshållare för namn',
    'Wpisz nazwę firmy',
    'Вставьте имя здесь',
    'ここに会社名を入力',
    '在此输入公司名称',
    '여기에 회사명을 입력',
  ])('%s', (value) => {
    expect(problemsOf(value)).toEqual([expect.stringContaining('reads like something left over')]);
  });

  test.each([
    'I noticed that your company is growing, and your name came up in our team.',
    'Todo el equipo leyó su artículo; todo va bien.',
    'Como todos saben, tudo e todo são palavras.',
    'We trust an AI to sort mail, and your team builds one.',
    'The XXL shirts were a nice touch',
    'On a first-name basis with every customer: rare.',
    'Vaše firma roste, a to je skvělé.',
    'I am sorry that I missed your talk.',
    'Here is why I write: you are hiring.',
    'Ihre Firma hat einen Link zur Universität Aachen.',
    'You insert sensors into concrete; your products are named well.',
  ])('and ordinary words are left alone: %s', (value) => {
    expect(problemsOf(value)).toEqual([]);
  });
});

describe('an address or a number that the template does not have is found', () => {
  test.each([
    'See http://evil.example now',
    'See HTTPS://EVIL.EXAMPLE/x',
    'See hxxp://evil.example',
    'See ftp://files.test',
    'See www.evil.example',
    'See evil.example',
    'See evil.com/path?x=1',
    'See EVIL.COM',
    'See evil.cOm',
    'See Evil.Com',
    'See Evil.Today/x',
    'See www.evil.Today',
    'Write to eve@evil.Today',
    'See sub.evil.co.uk.',
    'See bit.ly/3abc',
    'See t.co/abc',
    'See xn--evl-hoa.com',
    'See evil.xn--p1ai',
    'See пример.рф',
    'See evil。com',
    'See evil．com',
    'See 203.0.113.7/login',
    'Click [here](evil)',
    'Write to eve@evil.example',
    'Write to eve@localhost',
    'Write to eve (at) evil (dot) example',
    'Ping @eve_official',
    'mailto:eve',
    'tel:5550100',
    'javascript:alert(1)',
    'Call +1 202 555 0100',
    'Call +45 55 50 10',
    'Call (202) 555-0100 today',
    'Call 202-555-0100',
    'Call 020 7946 0958',
    'Call 0612345678',
    'Call 555-0100',
    'Rufen Sie 030/23125 123 an',
  ])('%s', (value) => {
    expect(problemsOf(value)).toEqual(
      expect.arrayContaining([expect.stringContaining('an address or a number that the template does not have')]),
    );
  });

  test.each([
    'You moved to Node.js and Vue.js last year, and ASP.NET before.',
    'From 5 to 20 people in 2019-2024, and 1 000 000 users, e.g. in the U.S.',
    'On 12.05.2024 you raised 2.500.000 euros, i.e. 10,000,000 crowns.',
    'Growth this quarter.In March you hired 12 people; at 9.30 a.m. we met.',
    'Version 2.10.3 came out on 2024-05-12 at 10:30.',
    'A 24/7 team with a 50/50 split, 20 000 - 50 000 items',
    'z.B. im Vertrieb, d.h. bei Ihnen, u.a. in Köln',
    'A team of 200-1000 people',
    'at the same time (at last) and so on',
  ])('and ordinary words are left alone: %s', (value) => {
    expect(problemsOf(value)).toEqual([]);
  });

  test('the author’s own stand, however the model writes them, and nothing that grows out of them', () => {
    const body = 'See https://www.acme.example/ or call +1 202 555 0100. {{opener}}';
    expect(problemsOf('All of it is on acme.example.', { body })).toEqual([]);
    expect(problemsOf('Or http://acme.example/evil', { body })).toHaveLength(1);
    expect(problemsOf('Or evil.acme.example', { body })).toHaveLength(1);
  });

  test('also half the author’s and half the model’s, or of two values', () => {
    expect(problemsOf('evil', { body: 'See https://{{opener}}' })).toHaveLength(1);
    expect(problemsOf('/evil', { body: 'See https://acme.example{{opener}}' })).toHaveLength(1);
    const two = { facts: new Map(), ai: { a: byModel('evil.'), b: byModel('example') }, language: null };
    expect(checkCopy(email('{{a}}{{b}}'), two)).toHaveLength(1);
    expect(checkCopy(email('{{a}} {{b}}'), two)).toEqual([]);
  });

  test('a company that is called like an address may be named', () => {
    const material = { facts: new Map([['company', 'Booking.com']]), ai: { opener: byModel('Booking.com grows.') } };
    expect(checkCopy(email('{{opener}}'), { ...material, language: null })).toEqual([]);
    expect(checkCopy(email('{{opener}}'), { ...material, facts: new Map(), language: null })).toHaveLength(1);
  });
});

describe('characters that nobody sees are found', () => {
  test.each(['a\u0000b', 'a\u0007b', 'a\u202eb', 'a\u200bb', 'a\ue000b', 'a\ufffdb', 'a\u{e0041}b'])('%j', (value) => {
    expect(problemsOf(value)).toEqual(['it holds characters that nobody sees']);
  });

  test('line breaks are one in a subject only, and what joins letters is none', () => {
    const ai = { opener: byModel('One\nTwo') };
    expect(checkCopy(email('{{opener}}'), { facts: new Map(), ai, language: null })).toEqual([]);
    expect(checkCopy(email('Hi', '{{opener}}'), { facts: new Map(), ai, language: null })).toEqual([
      'its subject goes over several lines',
    ]);
    expect(problemsOf('Family 👨‍👩‍👧 and می‌خواهم')).toEqual([]);
  });
});

describe('another language than the template’s', () => {
  const german = 'Ich habe gesehen, dass Ihr Team gerade nach Leuten sucht, die sich mit den Maschinen auskennen.';

  test('is found, and none is asked for where the template has none', () => {
    expect(problemsOf(german, { language: 'fr-CA' })).toEqual([
      'part of it does not read as the template\'s language, "fr-CA"',
    ]);
    expect(problemsOf(german, { language: 'de' })).toEqual([]);
    expect(problemsOf(german)).toEqual([]);
  });

  test('of the author’s text around it is nobody’s business', () => {
    expect(problemsOf('Congratulations!', { body: `{{opener}} ${german}`, language: 'en' })).toEqual([]);
  });
});

describe('only what a model wrote is doubted', () => {
  const bad = 'Hello [Name], call +1 202 555 0100 or see evil.example. TODO: lorem ipsum';

  test.each(['fallback', 'offline'] as const)('a value that is the author’s passes: %s', (by) => {
    const ai = { opener: { value: bad, by } };
    expect(checkCopy(email('{{opener}}'), { facts: new Map(), ai, language: 'de' })).toEqual([]);
  });

  test('the contact’s own words pass, and the author’s', () => {
    const material = { facts: new Map([['first_name', '{Ada} [x] ada.example']]), ai: { opener: byModel('Nice.') } };
    expect(checkCopy(email(`{{first_name}} {{opener}} ${bad}`), { ...material, language: 'en' })).toEqual([]);
  });

  test('a value that the step does not say is not its problem', () => {
    expect(problemsOf(bad, { body: 'Hi Ada' })).toEqual([]);
  });

  test('a person reads a task before they act on it', () => {
    const task = {
      ...base,
      kind: 'manual_task',
      task: 'call',
      title: 'Call',
      instructions: '{{opener}}',
      assignee: null,
    };
    expect(
      checkCopy(
        { ...task, kind: 'manual_task', task: 'call' },
        { facts: new Map(), ai: { opener: byModel(bad) }, language: 'en' },
      ),
    ).toEqual([]);
  });

  test.each([
    ['linkedin_message', { ...base, kind: 'linkedin_message', body: '{{opener}}' }],
    ['linkedin_invitation', { ...base, kind: 'linkedin_invitation', note: '{{opener}}' }],
    ['the subject of an email', { ...base, kind: 'email', subject: '{{opener}}', body: 'Hi', newThread: true }],
  ] satisfies [string, TemplateStep][])('every text that goes out is checked: %s', (_what, step) => {
    const ai = { opener: byModel('See evil.example') };
    expect(checkCopy(step, { facts: new Map(), ai, language: 'en' })).toHaveLength(1);
  });
});

test('a problem is told once, and quotes at most 60 characters', () => {
  const link = `https://evil.example/${'x'.repeat(200)}`;
  const [problem, ...more] = problemsOf(link, { body: '{{opener}}\n{{opener}}' }).filter((text) =>
    text.includes('https'),
  );
  expect(more).toEqual([]);
  expect(problem).toBe(`"${link.slice(0, 60)}…" is an address or a number that the template does not have`);
});

test.each([
  [{ kind: 'email', subject: 's'.repeat(250), body: 'b'.repeat(20_000) }, []],
  [{ kind: 'email', subject: 's'.repeat(251), body: 'b' }, ['the subject has 251 characters, at most 250']],
  [{ kind: 'email', subject: 's', body: 'b'.repeat(20_001) }, ['the body has 20001 characters, at most 20000']],
  [{ kind: 'linkedin_message', body: 'b'.repeat(8_001) }, ['the message has 8001 characters, at most 8000']],
  [{ kind: 'linkedin_invitation', note: 'n'.repeat(300) }, []],
  [{ kind: 'linkedin_invitation', note: 'n'.repeat(301) }, ['the note has 301 characters, at most 300']],
  [{ kind: 'linkedin_invitation', note: null }, []],
] as const)('what its channel takes is known by its kind: %#', (content, problems) => {
  expect(checkLengths(content)).toEqual(problems);
});

/** Of four times as much, linear work is a factor of 4 and quadratic one of 16; the constant is what little costs anyway. */
const MOST_OF_FOURFOLD = 9;

test.each(['a.', '…', ', ', '[', '{', 'a@', '1 ', '(at) ', '](', 'x-', 'www.', 'www.a', 'a.com ', '_', 'insert '])(
  'four times as much of %j costs no more than linear work',
  (piece) => {
    const look = (characters: number) => () => {
      const text = piece.repeat(characters / piece.length);
      contactPointsIn(text);
      samePoint(`${text}x`);
    };
    const little = processorTime(look(5_000));
    expect(processorTime(look(20_000))).toBeLessThan(MOST_OF_FOURFOLD * little + 20);
  },
);

test('which value holds a character is found by halving as by asking each of them', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(3))), fc.nat(20), (parts, at) => {
      let end = 0;
      const values = parts.map(([gap, length]) => {
        const start = end + gap;
        end = start + length;
        return { name: 'opener', by: 'model' as const, text: '', start, end };
      });
      expect(isWithin(values, at)).toBe(values.some((value) => value.start <= at && at < value.end));
    }),
  );
});
