import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS } from '../../../src/domain/durations.ts';
import { readReturnDate } from '../../../src/domain/inbound/return-date.ts';
import { TODAY } from '../../support/mail.ts';

const table: Record<string, readonly (readonly [text: string, returnsOn: string | null])[]> = {
  English: [
    ['I will be back on 2026-12-24.', '2026-12-24'],
    ['I will be back on 24/12/2026.', '2026-12-24'],
    ['I will be back on 12/24/2026.', '2026-12-24'],
    ['I will be back on 24.12.2026.', '2026-12-24'],
    ['I will be back on 04.12.2026 and will answer then.', '2026-12-04'],
    ['I am back on 03/04/2027 and will answer your mail then.', null],
    ['I am out of the office from 12/18/2026 to 01/04/2027 and will answer then.', '2027-01-05'],
    ['Returning December 24th', '2026-12-24'],
    ['I return to the office on the 24th of December.', '2026-12-24'],
    ['I am away until Monday 4 January', '2027-01-05'],
    ['Out until Monday, Jan. 4th, 2027!', '2027-01-05'],
    ['I will be out of the office through December 24.', '2026-12-25'],
    ['I am out from 20 December, back on 4 January.', '2027-01-04'],
    ['I am out from 20 December to 3 January. I will reply on 4 January.', '2027-01-04'],
    ['I am out December 20 to 27.', '2026-12-28'],
    ['I am on leave 20-27 December.', '2026-12-28'],
    ['I am on leave Dec 20 – Jan 3.', '2027-01-04'],
    ['Available again as of 7 December', '2026-12-07'],
    ['I will respond after 6 December.', '2026-12-07'],
    ['I will not be back before 7 December.', '2026-12-07'],
    ['On leave from 20 December.', null],
    ['I am not available from 20 December.', null],
    ['I am out of the office on 24 December.', null],
    ['My colleague Alan is here 24/7 and available.', null],
    ['I will be back on 30 February.', null],
    ['I will be back tomorrow.', '2026-11-20'],
    ['I am out of office until Friday.', '2026-11-21'],
    ['Back on Thursday.', '2026-11-26'],
    ['I am out until 3 January. Until 23 December Alan helps you.', '2027-01-04'],
    ['I was away on 3 November and wrote to you on 4 November.', null],
    ['I am away for two weeks.', null],
    ['', null],
  ],
  German: [
    ['Ich bin bis einschließlich 3. Januar nicht erreichbar.', '2027-01-04'],
    ['Ich bin bis zum 24.12. im Urlaub.', '2026-12-25'],
    ['Ich bin bis 24.12.2026 abwesend.', '2026-12-25'],
    ['Ab Montag, den 4. Januar 2027 bin ich wieder im Büro.', '2027-01-04'],
    ['Ich bin am 7. Dezember zurück.', '2026-12-07'],
    ['Vom 20. bis 27. Dezember bin ich außer Haus.', '2026-12-28'],
    ['Ich bin ab dem 20. Dezember im Urlaub.', null],
    ['Ich bin wieder ab dem 04.01.2027 erreichbar.', '2027-01-04'],
    ['Ich kehre am 1. März zurück.', '2027-03-01'],
  ],
  French: [
    ["Je suis absent jusqu'au 3 janvier inclus.", '2027-01-04'],
    ['Je serai de retour le 24 décembre.', '2026-12-24'],
    ['Retour le lundi 12 janvier', '2027-01-12'],
    ['Je suis en congés du 20 au 27 décembre 2026.', '2026-12-28'],
    ['Je serai de nouveau joignable à partir du 4 janvier.', '2027-01-04'],
    ['Absente du 21/12/2026 au 04/01/2027.', '2027-01-05'],
    ['Je reviens le 1er décembre.', '2026-12-01'],
  ],
  Spanish: [
    ['Estaré fuera hasta el 3 de enero.', '2027-01-04'],
    ['Vuelvo el lunes 7 de diciembre de 2026.', '2026-12-07'],
    ['Estoy de vacaciones del 20 al 27 de diciembre.', '2026-12-28'],
    ['Estaré disponible a partir del 4 de enero.', '2027-01-04'],
    ['Me reincorporo el 04/01/2027.', '2027-01-04'],
  ],
  Italian: [
    ['Sono in ferie fino al 3 gennaio.', '2027-01-04'],
    ['Rientro il 7 dicembre 2026.', '2026-12-07'],
    ['Sarò assente dal 20 dicembre al 3 gennaio.', '2027-01-04'],
    ['Sarò nuovamente in ufficio a partire dal 4 gennaio.', '2027-01-04'],
    ['Tornerò il 04/01/2027.', '2027-01-04'],
  ],
  Dutch: [
    ['Ik ben afwezig t/m 3 januari.', '2027-01-04'],
    ['Ik ben op vakantie tot 4 januari 2027.', '2027-01-05'],
    ['Vanaf maandag 4 januari ben ik weer bereikbaar.', '2027-01-04'],
    ['Ik ben terug op 7 december.', '2026-12-07'],
    ['Ik ben afwezig van 20-12-2026 tot en met 03-01-2027.', '2027-01-04'],
  ],
  Portuguese: [
    ['Estou de férias até 3 de janeiro.', '2027-01-04'],
    ['Volto no dia 7 de dezembro.', '2026-12-07'],
    ['Estarei disponível a partir de 4 de janeiro de 2027.', '2027-01-04'],
    ['Estarei ausente de 20/12/2026 a 03/01/2027.', '2027-01-04'],
  ],
  Swedish: [
    ['Jag är ledig t.o.m. 3 januari.', '2027-01-04'],
    ['Jag är tillbaka måndagen den 7 december.', '2026-12-07'],
    ['Åter på kontoret 2027-01-04.', '2027-01-04'],
    ['Jag är på semester från 20 december till 3 januari.', '2027-01-04'],
  ],
  Danish: [
    ['Jeg holder ferie til og med den 3. januar.', '2027-01-04'],
    ['Jeg er tilbage den 7. december.', '2026-12-07'],
    ['Jeg er tilbage igen mandag d. 30/11.', '2026-11-30'],
  ],
  Norwegian: [
    ['Jeg har ferie frem til 3. januar.', '2027-01-04'],
    ['Jeg er tilbake på kontoret mandag 7. desember.', '2026-12-07'],
  ],
  Finnish: [
    ['Olen lomalla 3.1.2027 asti.', '2027-01-04'],
    ['Palaan 7. joulukuuta.', '2026-12-07'],
    ['Olen lomalla 20.12. - 3.1. ja vastaan viesteihin sen jälkeen.', '2027-01-04'],
    ['Tavoitettavissa jälleen 4.1.2027 alkaen.', '2027-01-04'],
  ],
  Polish: [
    ['Przebywam na urlopie do 3 stycznia.', '2027-01-04'],
    ['Wracam 7 grudnia 2026 r.', '2026-12-07'],
    ['Od 4 stycznia będę ponownie dostępna.', '2027-01-04'],
    ['Jestem nieobecny od 20 do 27 grudnia.', '2026-12-28'],
  ],
  Czech: [
    ['Jsem na dovolené do 3. ledna.', '2027-01-04'],
    ['Vrátím se v pondělí 7. prosince.', '2026-12-07'],
    ['Budu opět k dispozici od 4. 1. 2027.', '2027-01-04'],
  ],
  Turkish: [
    ["3 Ocak'a kadar izindeyim.", '2027-01-04'],
    ["7 Aralık'ta döneceğim.", '2026-12-07'],
    ['4 Ocak 2027 tarihinde ofiste olacağım.', '2027-01-04'],
  ],
  Russian: [
    ['Я в отпуске до 3 января.', '2027-01-04'],
    ['Вернусь 7 декабря 2026 года.', '2026-12-07'],
    ['Буду на связи с 4 января.', '2027-01-04'],
  ],
  Japanese: [
    ['1月3日まで休暇をいただいております。', '2027-01-04'],
    ['12月7日(月)に出社いたします。', '2026-12-07'],
    ['２０２７年１月４日から通常業務を再開します。', '2027-01-04'],
  ],
  Chinese: [
    ['我休假至1月3日。', '2027-01-04'],
    ['我将于2026年12月7日返回办公室。', '2026-12-07'],
    ['12月20日到12月27日休假。', '2026-12-28'],
  ],
  Korean: [
    ['1월 3일까지 휴가입니다.', '2027-01-04'],
    ['2026년 12월 7일에 복귀합니다.', '2026-12-07'],
  ],
};

for (const [language, rows] of Object.entries(table))
  describe(`the return stated in ${language}`, () => {
    test.each(rows)('%s → %s', (text, returnsOn) => {
      expect(readReturnDate(text, TODAY)).toBe(returnsOn);
    });
  });

/** How a language writes a day, and the words that make it a return ("{}" is the day) or a last day away. */
const tongues: Record<string, { locale: string; back: string; until: string }> = {
  English: { locale: 'en-GB', back: 'I will be back on {}.', until: 'I am out of the office until {}.' },
  American: { locale: 'en-US', back: 'I will return on {}.', until: 'I am on leave through {}.' },
  German: {
    locale: 'de-DE',
    back: 'Ich bin ab dem {} wieder erreichbar.',
    until: 'Ich bin bis einschließlich {} abwesend.',
  },
  French: { locale: 'fr-FR', back: 'De retour le {}.', until: "Je suis absente jusqu'au {}." },
  Spanish: { locale: 'es-ES', back: 'Regreso el {}.', until: 'De vacaciones hasta el {}.' },
  Italian: { locale: 'it-IT', back: 'Rientro il {}.', until: 'In ferie fino al {}.' },
  Dutch: { locale: 'nl-NL', back: 'Ik ben {} weer terug.', until: 'Afwezig tot en met {}.' },
  Portuguese: { locale: 'pt-PT', back: 'Regresso em {}.', until: 'Ausente até {}.' },
  Swedish: { locale: 'sv-SE', back: 'Jag är åter {}.', until: 'Jag är ledig till och med {}.' },
  Danish: { locale: 'da-DK', back: 'Jeg er tilbage {}.', until: 'Jeg holder ferie til og med {}.' },
  Norwegian: { locale: 'nb-NO', back: 'Jeg er tilbake {}.', until: 'Jeg har ferie til og med {}.' },
  Finnish: { locale: 'fi-FI', back: 'Palaan {}.', until: 'Olen lomalla {} asti.' },
  Polish: { locale: 'pl-PL', back: 'Wracam {}.', until: 'Jestem na urlopie do {}.' },
  Czech: { locale: 'cs-CZ', back: 'Vrátím se {}.', until: 'Jsem na dovolené do {}.' },
  Turkish: { locale: 'tr-TR', back: '{} tarihinde döneceğim.', until: '{} tarihine kadar izindeyim.' },
  Japanese: { locale: 'ja-JP', back: '{}に出社します。', until: '{}まで休暇です。' },
  Chinese: { locale: 'zh-CN', back: '我将于{}返回。', until: '我休假至{}。' },
};

const forms: readonly Intl.DateTimeFormatOptions[] = [
  { day: 'numeric', month: 'long' },
  { day: 'numeric', month: 'long', year: 'numeric' },
  { weekday: 'long', day: 'numeric', month: 'long' },
  { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
];
const dayAfter = (days: number) => new Date(Date.parse(`${TODAY}T00:00:00Z`) + days * DAY_MS);
const iso = (date: Date) => date.toISOString().slice(0, 10);

for (const [language, { locale, back, until }] of Object.entries(tongues))
  test(`any day of the next 99, as ${language} mail writes it, is read back`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.constantFrom(...forms), (ahead, form) => {
        const written = new Intl.DateTimeFormat(locale, { ...form, timeZone: 'UTC' }).format(dayAfter(ahead));
        expect([written, readReturnDate(back.replace('{}', written), TODAY)]).toEqual([written, iso(dayAfter(ahead))]);
        expect([written, readReturnDate(until.replace('{}', written), TODAY)]).toEqual([
          written,
          iso(dayAfter(ahead + 1)),
        ]);
      }),
    );
  });

test('any day in figures is read back, unless two days could be meant', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99 }), (ahead) => {
      const [year, month, day] = iso(dayAfter(ahead)).split('-').map(Number);
      for (const written of [
        iso(dayAfter(ahead)),
        `${year}/${month}/${day}`,
        `${day}.${month}.${year}`,
        `${day}. ${month}. ${year}`,
      ])
        expect([written, readReturnDate(`I am back on ${written}.`, TODAY)]).toEqual([written, iso(dayAfter(ahead))]);
      for (const written of [`${day}/${month}/${year}`, `${day}-${month}-${year}`])
        expect([written, readReturnDate(`Vuelvo el ${written}.`, TODAY)]).toEqual([written, iso(dayAfter(ahead))]);
      const american = readReturnDate(`I am away and will be back on ${month}/${day}/${year}.`, TODAY);
      expect(american).toBe(Number(day) > 12 || day === month ? iso(dayAfter(ahead)) : null);
    }),
  );
});

test('whatever the text, the answer is a real day or null', () => {
  const words = fc.constantFrom(
    'back',
    'until',
    'on',
    '4',
    '31.',
    'February',
    '12/13',
    '2027',
    'bis',
    '月',
    '日',
    'from',
    '-',
    '.',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 40 }), (parts) => {
      const read = readReturnDate(parts.join(' '), TODAY);
      if (read !== null) expect(iso(new Date(`${read}T00:00:00Z`))).toBe(read);
    }),
  );
});
