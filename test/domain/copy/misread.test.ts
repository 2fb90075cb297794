import { describe, expect, test } from 'vitest';
import { meantBy, whyMisread } from '../../../src/domain/copy/misread.ts';
import { processorTime } from '../../support/processor-time.ts';

/** As a program that takes UTF-8 for Windows-1252 shows it. */
const misread = (text: string) => new TextDecoder('windows-1252').decode(new TextEncoder().encode(text));

const names = [
  'Zoé',
  'José María Ibáñez',
  'Jürgen Groß',
  'Søren Ødegård',
  'Åsa Öberg',
  'Ângela Conceição',
  'François Lefèvre',
  'Paweł Święcicki',
  'Zdeněk Dvořák',
  'Žofia Šťastná',
  'Ștefan Țurcanu',
  'Nguyễn Thị Hồng',
  'Gülşen Çağlar',
  'Łódź Works',
  'O’Connor & Sons™',
  '“Büro” – Köln',
  '100 € im Monat',
  'Иван Петров',
  'Γιώργος Παππάς',
  'דוד כהן',
  'محمد علي',
  '山田太郎',
  '김민수',
  'สมชาย',
  'Rocket 🚀 GmbH',
  'CÔTÉ',
  'ÉCOLE',
];

describe('UTF-8 that was read as Windows-1252', () => {
  test.each(names)('is noticed, once and twice, and what was meant is said: %s', (name) => {
    expect(meantBy(misread(name))).toBe(name);
    expect(meantBy(misread(misread(name)))).toBe(name);
    expect(whyMisread(misread(name))).toContain('wrong encoding');
  });

  test('is noticed where Latin-1 was meant, whose control characters nobody sees', () => {
    expect(meantBy('JOS\u00c3\u0089')).toBe('JOSÉ');
  });

  test('says what the value is and what it was', () => {
    expect(whyMisread('ZoÃ©')).toBe('“ZoÃ©” was read in the wrong encoding, it probably says “Zoé”');
    expect(whyMisread('Zo\ufffd')).toBe('“Zo\ufffd” has lost a letter: it was read in the wrong encoding');
  });

  test('is found in one pass: four times the text costs about four times as much', () => {
    const read = (length: number) => () => meantBy('Ã©â€™'.repeat(length));
    expect(processorTime(read(20_000))).toBeLessThan(8 * processorTime(read(5_000)) + 20); // ms of noise
  });
});

describe('what people write is left alone', () => {
  test.each([
    ...names,
    'NESTLÉ®',
    'NESTLÉ™ Waters',
    '“CAFÉ”',
    'CAFÉ…',
    'MANHÃ…',
    'SÃO PAULO',
    'IRMÃ',
    'VÝŠKA',
    'PÍŠE',
    'ÚŽASNÝ',
    'ČÍŠNÍK',
    'ÄÖÜẞ',
    'Å',
    'SKÅ”',
    '«\u00a0qualité\u00a0»',
    'à\u00a0»',
    'un café…”',
    '«mamá»…',
    'Groß…',
    'Spaß™',
    '20 °C, 5 £, ½',
    'naïve façade',
    'Ça va ?',
    'Ñandú',
    'Þór Ðögg',
    '5×5',
    'Ada',
    '',
  ])('%s', (text) => {
    expect(whyMisread(text)).toBeNull();
  });
});
