import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withoutQuoted, withoutSignature } from '../../../src/domain/inbound/quoted-text.ts';

/** What programs write above the message they quote; a name says the language and, where it matters, the program. */
const introductions: readonly (readonly [name: string, text: string])[] = [
  ['English', 'On Wed, 18 Nov 2026 at 10:00, Ada Moore <ada@sender.example> wrote:'],
  ['English, broken over two lines', 'On Wed, 18 Nov 2026 at 10:00, Ada Moore <ada@sender.example>\nwrote:'],
  [
    'English, broken behind the date',
    'On Wednesday, 18 November 2026 at 10:00:05 AM GMT+1,\nAda Moore <ada@sender.example> wrote:',
  ],
  [
    'English, broken within the name',
    'On Wed, Nov 18, 2026 at 10:00 AM Ada Moore of the Sales Team <\nada@sender.example> wrote:',
  ],
  ['English, broken in front of the address', 'On Nov 18, 2026, at 10:00 AM, Ada Moore\n<ada@sender.example> wrote:'],
  ['English, broken three times', 'On Nov 18, 2026,\nat 10:00,\nAda Moore <ada@sender.example>\nwrote:'],
  ['English, broken inside the address', 'On Wed, Nov 18, 2026 at 10:00 AM Ada Moore <ada@sender.example\n> wrote:'],
  ['English, without an address', 'On 18/11/2026 10:00, Ada Moore wrote:'],
  ['English, without a colon', 'On Wed, 18 Nov 2026 10:00:00 +0000 Ada Moore <ada@sender.example> wrote'],
  ['English, in bold', '*On Wed, 18 Nov 2026 at 10:00, Ada Moore <ada@sender.example> wrote:*'],
  ['English, the address alone', 'ada@sender.example wrote:'],
  ['English, name and address', '"Moore, Ada" <ada@sender.example> wrote:'],
  [
    'English, no-break spaces',
    'On Wed, Nov 18, 2026 at 10:00\u202fAM Ada\u00a0Moore <ada@sender.example> wrote\u00a0:',
  ],
  ['Zoho', '---- On Wed, 18 Nov 2026 10:00:00 +0100 Ada Moore<ada@sender.example> wrote ----'],
  ['Zoho, German', '---- Am Mi, 18 Nov 2026 10:00:00 +0100 Ada Moore <ada@sender.example> schrieb ----'],
  ['Lotus Notes', '-----"Ada Moore" <ada@sender.example> wrote: -----'],
  ['German', 'Am Mi., 18. Nov. 2026 um 10:00 Uhr schrieb Ada Moore <ada@sender.example>:'],
  ['German, the name first', 'Ada Moore <ada@sender.example> schrieb am Mi., 18. Nov. 2026, 10:00:'],
  ['German, broken within the date', 'Ada Moore <ada@sender.example> schrieb am Mi., 18.\nNov. 2026 um 10:00 Uhr:'],
  ['German, Thunderbird', 'Am 18.11.26 um 10:00 schrieb Ada Moore:'],
  ['French', 'Le mer. 18 nov. 2026 à 10:00, Ada Moore <ada@sender.example> a écrit :'],
  ['French, no-break space', 'Le 18 nov. 2026 à 10:00, Ada Moore <ada@sender.example> a écrit\u00a0:'],
  ['Spanish', 'El mié, 18 nov 2026 a las 10:00, Ada Moore (<ada@sender.example>) escribió:'],
  ['Catalan', 'Missatge de Ada Moore <ada@sender.example> del dia dc., 18 de nov. 2026 a les 10:00:'],
  ['Italian', 'Il giorno mer 18 nov 2026 alle ore 10:00 Ada Moore <ada@sender.example> ha scritto:'],
  ['Dutch', 'Op wo 18 nov 2026 om 10:00 schreef Ada Moore <ada@sender.example>:'],
  ['Dutch, Apple Mail', 'Op 18 nov. 2026 om 10:00 heeft Ada Moore <ada@sender.example> het volgende geschreven:'],
  ['Portuguese', 'Em qua., 18 de nov. de 2026 às 10:00, Ada Moore <ada@sender.example> escreveu:'],
  ['Swedish', 'Den ons 18 nov. 2026 kl 10:00 skrev Ada Moore <ada@sender.example>:'],
  ['Danish', 'Den ons. den 18. nov. 2026 kl. 10.00 skrev Ada Moore <ada@sender.example>:'],
  ['Norwegian', 'ons. 18. nov. 2026 kl. 10:00 skrev Ada Moore <ada@sender.example>:'],
  ['Finnish', 'ke 18. marrask. 2026 klo 10.00 Ada Moore (ada@sender.example) kirjoitti:'],
  ['Icelandic', 'mið., 18. nóv. 2026 kl. 10:00 skrifaði Ada Moore <ada@sender.example>:'],
  ['Polish', 'śr., 18 lis 2026 o 10:00 Ada Moore <ada@sender.example> napisał(a):'],
  ['Polish, older', 'W dniu 2026-11-18 10:00:59 użytkownik Ada Moore <ada@sender.example> napisał:'],
  ['Czech', 'st 18. 11. 2026 v 10:00 odesílatel Ada Moore <ada@sender.example> napsal:'],
  ['Slovak', 'st 18. 11. 2026 o 10:00 Ada Moore <ada@sender.example> napísal(a):'],
  ['Croatian', 'sri, 18. stu 2026. u 10:00 Ada Moore <ada@sender.example> napisao je:'],
  ['Hungarian', 'Ada Moore <ada@sender.example> ezt írta (időpont: 2026. nov. 18., Sze, 10:00):'],
  ['Hungarian, Thunderbird', '2026. 11. 18. 10:00 keltezéssel, Ada Moore írta:'],
  ['Romanian', 'mie., 18 nov. 2026 la 10:00, Ada Moore <ada@sender.example> a scris:'],
  ['Turkish', 'Ada Moore <ada@sender.example>, 18 Kas 2026 Çar, 10:00 tarihinde şunu yazdı:'],
  ['Turkish, broken', 'Ada Moore <ada@sender.example>,\n18 Kas 2026 Çar, 10:00 tarihinde şunu yazdı:'],
  ['Greek', 'Στις Τετ 18 Νοε 2026 στις 10:00 π.μ., ο χρήστης Ada Moore <ada@sender.example> έγραψε:'],
  ['Russian', 'ср, 18 нояб. 2026 г. в 10:00, Ada Moore <ada@sender.example>:'],
  ['Russian, with its verb', '18.11.2026 10:00, Ada Moore пишет:'],
  ['Ukrainian', 'ср, 18 лист. 2026 р. о 10:00 Ada Moore <ada@sender.example> пише:'],
  ['Bulgarian', 'На ср, 18.11.2026 г. в 10:00 Ada Moore <ada@sender.example> написа:'],
  ['Lithuanian', '2026-11-18, tr, 10:00 Ada Moore <ada@sender.example> rašė:'],
  ['Vietnamese', 'Vào Th 4, 18 thg 11, 2026 vào lúc 10:00 Ada Moore <ada@sender.example> đã viết:'],
  ['Indonesian', 'Pada Rab, 18 Nov 2026 pukul 10.00 Ada Moore <ada@sender.example> menulis:'],
  [
    'Hebrew',
    '\u202bבתאריך יום ד׳, 18 בנוב׳ 2026 ב-10:00 מאת \u202aAda Moore\u202c\u200f <\u202aada@sender.example\u202c\u200f>:\u202c',
  ],
  ['Arabic', 'في الأربعاء، ١٨ نوفمبر ٢٠٢٦ في ١٠:٠٠ ص تمت كتابة ما يلي بواسطة Ada Moore <ada@sender.example>:'],
  ['Hindi', 'बुध, 18 नव॰ 2026 को 10:00 am बजे को Ada Moore <ada@sender.example> ने लिखा:'],
  ['Thai', 'ในวันที่ พ. 18 พ.ย. 2026 เวลา 10:00 Ada Moore <ada@sender.example> เขียนว่า:'],
  ['Japanese', '2026年11月18日(水) 10:00 Ada Moore <ada@sender.example>のメール:'],
  ['Japanese, newer', '2026年11月18日(水) 10:00 Ada Moore <ada@sender.example>:'],
  ['Korean', '2026년 11월 18일 (수) 오전 10:00, Ada Moore <ada@sender.example>님이 작성:'],
  ['Chinese', 'Ada Moore <ada@sender.example> 于2026年11月18日周三 10:00写道：'],
  ['Chinese, Apple Mail', '在 2026年11月18日，上午10:00，Ada Moore <ada@sender.example> 写道：'],
  ['a language nobody told us of', 'Ar 18 Du 2026 da 10:00, Ada Moore <ada@sender.example> en deus skrivet:'],
  ['Outlook, English', '-----Original Message-----\nFrom: Ada Moore\nSent: Wednesday'],
  [
    'Proton',
    '------- Original Message -------\nOn Wednesday, November 18th, 2026 at 10:00 AM, Ada Moore <ada@sender.example> wrote:',
  ],
  ['Tencent', '------------------ 原始邮件 ------------------\n发件人: "Ada Moore" <ada@sender.example>'],
  ['Hungarian, original message', '-------- Eredeti üzenet --------\nFeladó: Ada Moore'],
  ['Apple Mail, passed on', 'Begin forwarded message:\n\nFrom: Ada Moore <ada@sender.example>'],
];

/** The blocks of fields that Outlook and others put there. */
const blocks: readonly (readonly [name: string, text: string])[] = [
  [
    'below a rule',
    '________________________________\nFrom: Ada Moore <ada@sender.example>\nSent: Wednesday, 18 November 2026 10:00\nTo: Grace\nSubject: Quick question',
  ],
  [
    'in bold',
    '*From:* Ada Moore <ada@sender.example>\n*Date:* Wednesday, 18 November 2026 at 10:00\n*To:* Grace\n*Subject:* Quick question',
  ],
  [
    'the date first',
    'Date: Wed, 18 Nov 2026 10:00:00 +0000\nSubject: Quick question\nFrom: ada@sender.example\nTo: grace@contact.example',
  ],
  [
    'with an empty line behind each',
    'From: Ada Moore\n\nSent: Wednesday, 18 November 2026 10:00\n\nTo: Grace\n\nSubject: Quick question',
  ],
  [
    'of many people, broken over lines',
    'From: Ada Moore <ada@sender.example>\nReply-To: Sales <sales@sender.example>\nOrganization: Sender\nX-Priority: 3\nTo: Grace <grace@contact.example>,\n  Alan <alan@contact.example>;\nBarbara <barbara@contact.example>\nCc: Kim <kim@contact.example>\nDate: Wednesday, 18 November 2026\nSubject: A question that is so long\nthat it is broken',
  ],
  ['without addresses and subject', 'From: Ada Moore\nSent: Wednesday, 18 November 2026 10:00\nTo: Grace'],
  ['German', 'Von: Ada Moore\nGesendet: Mittwoch, 18. November 2026 10:00\nAn: Grace\nBetreff: Quick question'],
  [
    'German, another order',
    'Gesendet: Mittwoch, 18. November 2026 um 10:00 Uhr\nVon: "Ada Moore" <ada@sender.example>\nAn: Grace\nBetreff: Quick question',
  ],
  ['French', 'De : Ada Moore\nEnvoyé : mercredi 18 novembre 2026 10:00\nÀ : Grace\nObjet : Quick question'],
  [
    'French, no-break spaces',
    'De\u00a0: Ada Moore\nEnvoyé\u00a0: mercredi 18 novembre 2026 10:00\nÀ\u00a0: Grace\nObjet\u202f: Quick question',
  ],
  [
    'Spanish',
    'De: Ada Moore <ada@sender.example>\nEnviado el: miércoles, 18 de noviembre de 2026 10:00\nPara: Grace\nAsunto: Quick question',
  ],
  ['Hungarian', 'Feladó: Ada Moore\nElküldve: 2026. november 18., szerda 10:00\nCímzett: Grace\nTárgy: Quick question'],
  [
    'Ukrainian',
    'Від: Ada Moore <ada@sender.example>\nНадіслано: середа, 18 листопада 2026 р. 10:00\nКому: Grace\nТема: Quick question',
  ],
  ['Romanian', 'De la: Ada Moore\nTrimis: miercuri, 18 noiembrie 2026 10:00\nCătre: Grace\nSubiect: Quick question'],
  ['Greek', 'Από: Ada Moore\nΣτάλθηκε: Τετάρτη, 18 Νοεμβρίου 2026 10:00\nΠρος: Grace\nΘέμα: Quick question'],
  ['Chinese', '发件人: Ada Moore\n发送时间: 2026年11月18日 10:00\n收件人: Grace\n主题: Quick question'],
  [
    'Korean',
    '보낸 사람: Ada Moore\n보낸 날짜: 2026년 11월 18일 수요일 오전 10:00\n받는 사람: Grace\n제목: Quick question',
  ],
];

const HISTORY = 'Hello Grace,\nplease remove me from your list.\nYes, I am interested.';

test.each([...introductions, ...blocks])('what stands below the introduction of a quotation is cut: %s', (_, text) => {
  const quoted = HISTORY.replaceAll(/^/gm, '> ');
  for (const gap of ['\n', '\n\n'])
    for (const history of [`\n${HISTORY}`, `\n\n${HISTORY}`, `\n${quoted}`, `\n\n${quoted}`, ''])
      expect(withoutQuoted(`Who are you?${gap}${text}${history}`)).toBe('Who are you?');
});

/** Sentences that begin as introductions do, and lines that programs and people break anywhere. */
const sentence = fc.oneof(
  fc.constantFrom(
    'On second thoughts, no: please remove me from your list.',
    'On Monday I told you no',
    'On 2 March I said that we are not interested.',
    'Not before September 2027 though,',
    'my boss said no for now.',
    'Call me at 10:00',
    'Wednesday, 25 November 2026, 10:00 would work',
    'In 2025 we had three vendors, and I have written to you about it.',
    'At 10:00 I am free.',
    'From: what I see, yes.',
    'Date: open.',
    'To be honest: we have no budget.',
    'Please write to my colleague.',
    'Am Montag habe ich keine Zeit',
    'Le 2 mars est trop tôt.',
    'El lunes no puedo, gracias',
    'Не раньше 2027 года',
    '来年の3月までは難しいです。',
    'No, thanks!',
  ),
  fc
    .array(fc.stringMatching(/^[a-zäéøłжя]{1,9}$/), { minLength: 1, maxLength: 12 })
    .chain((words) => fc.constantFrom('.', '!', '?', '', ',').map((mark) => `${words.join(' ')}${mark}`)),
);
const answer = fc
  .array(fc.tuple(sentence, fc.constantFrom(' ', '\n', '\n\n')), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.flat().slice(0, -1).join(''));

test('an answer of plain sentences is kept to the letter above every introduction', () => {
  fc.assert(
    fc.property(
      answer,
      fc.constantFrom(...introductions, ...blocks),
      fc.constantFrom('\n', '\n\n'),
      fc.constantFrom('', '> '),
      (written, [, introduction], gap, mark) => {
        const history = HISTORY.replaceAll(/^/gm, mark);
        expect(withoutQuoted(`${written}${gap}${introduction}\n${history}`)).toBe(written);
      },
    ),
    { numRuns: 1_000 },
  );
});

describe('what begins a line of the answer begins no introduction', () => {
  test.each([
    ['a turn', "Sounds good, let's talk.\n\nOn second thoughts, no: please remove me from your list."],
    ['a day', 'Yes, I am interested.\n\nOn Monday, 2 November 2026, my boss said no'],
    ['a condition', 'Not before September 2027 though,\nmy boss said no for now.'],
    ['a name and an address', 'Please write to my colleague\nAlan <alan@contact.example>, not to me.'],
    ['a field', 'Subject: please stop.\nTo: whom it may concern.'],
    ['a journey', 'From: Berlin\nTo: Munich\nDate: 2 December 2026 10:00'],
    ['what a person writes about writing', 'As you wrote:\nwe are hiring.\nFrom: what I see, yes.\nDate: open.'],
    ['a bare moment', 'In 2024 you wrote:\nyou would never mail me again.'],
    ['a time and an address', 'On Tuesday at 10:00 ask Alan (alan@contact.example) for his numbers:\nhe has them.'],
  ])('%s', (_, text) => {
    expect(withoutQuoted(text)).toBe(text);
    expect(withoutQuoted(`${text}\nOn Wed, 18 Nov 2026 at 10:00, Ada <ada@sender.example> wrote:\n\nYes?`)).toBe(text);
  });
});

test.each([
  [
    'a sentence in front',
    'Please remove me. On Wed, 18 Nov 2026 at 10:00, Ada <ada@sender.example> wrote:',
    'Please remove me.',
  ],
  [
    'no full stop in front',
    'Not interested On Wed, 18 Nov 2026 at 10:00, Ada <ada@sender.example> wrote:',
    'Not interested',
  ],
  ['dashes in front', 'No thanks--- On Wed, 18 Nov 2026 at 10:00, Ada <ada@sender.example> wrote:', 'No thanks'],
  ['another language', 'Спасибо. ср, 18 нояб. 2026 г. в 10:00, Ada <ada@sender.example>:', 'Спасибо.'],
])('where a program joined the lines, the answer on the line of the introduction stays: %s', (_, line, written) => {
  expect(withoutQuoted(`${line}\n\n${HISTORY}`).replace(/-+$/, '')).toBe(written);
});

test('an introduction that is quoted itself is a quotation', () => {
  expect(withoutQuoted(`Please stop.\n> On 18 Nov 2026, Ada <ada@sender.example> wrote:\n> \n> Hello`)).toBe(
    'Please stop.',
  );
});

test('an answer below or between quoted lines stays', () => {
  expect(
    withoutQuoted('On 18 Nov 2026, Ada <ada@sender.example> wrote:\n> Shall we talk?\n\nYes.\n\n> When?\nTuesday.'),
  ).toBe('Yes.\n\nTuesday.');
  const dated = 'Wednesday 25 November 2026, 10:00, suits me best';
  expect(withoutQuoted(`> When?\n${dated}\n> Where?\nHere.\n`)).toBe(`${dated}\nHere.`);
});

test('what a mailbox file made of a sentence that begins with "From" is no quotation', () => {
  expect(withoutQuoted('No.\n>From what I see we have it.')).toBe('No.\n>From what I see we have it.');
});

test('the signature is no part of what the rules read', () => {
  expect(withoutSignature('Not interested.\n-- \nGrace\nunsubscribe')).toBe('Not interested.');
  expect(withoutSignature('Not interested.\n\nSent from my iPhone')).toBe('Not interested.');
});
