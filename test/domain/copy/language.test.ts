import { describe, expect, test } from 'vitest';
import { isInAnotherLanguage } from '../../../src/domain/copy/language.ts';

/** What a writer would say, in each language it may be asked for. */
const said: Record<string, string> = {
  en: 'I saw that your team is opening a second plant in Leeds, and that you are looking for people who know the machines.',
  de: 'Ich habe gesehen, dass Ihr Team ein zweites Werk in Leeds eröffnet und Sie gerade nach Leuten suchen, die die Maschinen kennen.',
  fr: "J'ai vu que votre équipe ouvre une deuxième usine à Leeds et que vous cherchez des gens qui connaissent les machines.",
  es: 'He visto que su equipo abre una segunda planta en Leeds y que buscan gente que conozca las máquinas.',
  it: 'Ho visto che il vostro team apre un secondo stabilimento a Leeds e che cercate persone che conoscono le macchine.',
  nl: 'Ik zag dat jullie team een tweede fabriek in Leeds opent en dat jullie mensen zoeken die de machines kennen.',
  pt: 'Vi que a sua equipa vai abrir uma segunda fábrica em Leeds e que procuram pessoas que conheçam as máquinas.',
  da: 'Jeg så, at jeres team åbner en ny fabrik i Leeds, og at I leder efter folk, der kender maskinerne.',
  nb: 'Jeg så at teamet deres åpner en ny fabrikk i Leeds, og at dere ser etter folk som kjenner maskinene.',
  sv: 'Jag såg att ert team öppnar en andra fabrik i Leeds och att ni letar efter folk som kan maskinerna.',
  fi: 'Huomasin, että tiiminne avaa toisen tehtaan Leedsissä ja että te etsitte ihmisiä, jotka tuntevat koneet jo nyt.',
  pl: 'Widziałem, że Państwa zespół otwiera drugi zakład w Leeds i że szukają Państwo osób, które znają te maszyny.',
  cs: 'Viděl jsem, že váš tým otevírá druhý závod v Leedsu a že hledáte lidi, kteří znají ty stroje, jak je to u vás.',
  tr: 'Ekibinizin Leeds’te ikinci bir tesis açtığını ve makineleri bilen kişiler için çok daha fazla arayış olduğunu gördüm.',
  ru: 'Я увидел, что ваша команда открывает второй завод в Лидсе и что вы ищете людей, которые знают эти машины.',
  uk: 'Я побачив, що ваша команда відкриває другий завод у Лідсі і що ви шукаєте людей, які знають ці машини.',
  ja: '御社がリーズに第二工場を開設され、機械に詳しい人材を探しておられると拝見しました。',
  zh: '我看到贵公司在利兹开设了第二家工厂，并且正在寻找熟悉这些机器的人才。',
  ko: '귀사가 리즈에 두 번째 공장을 열고 기계를 잘 아는 인재를 찾고 계신 것을 보았습니다.',
  el: 'Είδα ότι η ομάδα σας ανοίγει ένα δεύτερο εργοστάσιο στο Λιντς και ψάχνετε ανθρώπους.',
  ar: 'رأيت أن فريقكم يفتتح مصنعا ثانيا في ليدز وأنكم تبحثون عن أشخاص يعرفون الآلات.',
  he: 'ראיתי שהצוות שלכם פותח מפעל שני בלידס ושאתם מחפשים אנשים שמכירים את המכונות.',
};

const languages = Object.keys(said);
const isKin = (one: string, other: string) => [one, other].every((language) => ['da', 'nb'].includes(language));

test.each(languages)('a text in its template’s language passes: %s', (language) => {
  expect(isInAnotherLanguage(said[language] ?? '', language)).toBe(false);
  expect(isInAnotherLanguage(said[language] ?? '', `${language.toUpperCase()}-XX`)).toBe(false);
});

test.each(languages)('a text in %s is told from every other language it might have been asked in', (language) => {
  const untold = languages.filter(
    (asked) => asked !== language && !isKin(asked, language) && !isInAnotherLanguage(said[language] ?? '', asked),
  );
  expect(untold).toEqual([]);
});

/** Short openings, by people who did not know the small words that are looked for. */
const openings: Record<string, string[]> = {
  en: [
    'Congratulations on closing your Series B last month; scaling a sales team from five to twenty is rarely easy.',
    'Most finance leaders I speak with lose two days every month closing the books.',
    'Loved your post about hiring engineers in Lisbon, especially the part on onboarding.',
    'Noticed Acme recently moved its data warehouse to Snowflake. Teams often struggle with cost right after.',
  ],
  de: [
    'Glückwunsch zur neuen Finanzierungsrunde! Wachstum in dieser Geschwindigkeit bringt oft Engpässe im Vertrieb mit sich.',
    'Viele CFOs verlieren jeden Monat zwei Tage mit dem Abschluss der Bücher.',
    'Ihr Beitrag über die Einstellung von Ingenieuren in Lissabon hat mir sehr gefallen.',
  ],
  fr: [
    'Félicitations pour votre levée de fonds ! Passer de cinq à vingt commerciaux est rarement simple.',
    'La plupart des directeurs financiers perdent deux jours chaque mois à clôturer les comptes.',
    'Votre article sur le recrutement à Lisbonne était passionnant, surtout la partie sur l’intégration.',
  ],
  es: [
    '¡Enhorabuena por su última ronda de financiación! Pasar de cinco a veinte comerciales rara vez es sencillo.',
    'La mayoría de los directores financieros pierden dos días cada mes cerrando las cuentas.',
    'Me gustó mucho tu artículo sobre cómo contratar ingenieros en Lisboa.',
  ],
  it: [
    'Complimenti per il vostro ultimo round di finanziamento! Passare da cinque a venti venditori è raramente facile.',
    'La maggior parte dei direttori finanziari perde due giorni ogni mese per chiudere i conti.',
    'Mi è piaciuto molto il tuo articolo sulle assunzioni di ingegneri a Lisbona.',
  ],
  nl: [
    'Gefeliciteerd met jullie financieringsronde! Van vijf naar twintig verkopers groeien is zelden makkelijk.',
    'De meeste financieel directeuren verliezen elke maand twee dagen aan het afsluiten van de boeken.',
  ],
  pt: [
    'Parabéns pela vossa ronda de financiamento! Passar de cinco para vinte comerciais raramente é fácil.',
    'A maioria dos diretores financeiros perde dois dias por mês a fechar as contas.',
    'Gostei muito do seu artigo sobre contratar engenheiros em Lisboa.',
  ],
  da: [
    'Tillykke med jeres nye finansiering! At vokse fra fem til tyve sælgere er sjældent let.',
    'De fleste økonomichefer bruger to dage hver måned på at lukke regnskabet.',
  ],
  nb: [
    'Gratulerer med finansieringen! Å vokse fra fem til tjue selgere er sjelden enkelt.',
    'De fleste økonomisjefer bruker to dager hver måned på å avslutte regnskapet.',
  ],
  sv: [
    'Grattis till er nya finansiering! Att växa från fem till tjugo säljare är sällan enkelt.',
    'De flesta ekonomichefer lägger två dagar varje månad på att stänga böckerna.',
  ],
  fi: [
    'Onnittelut uudesta rahoituskierroksesta! Kasvaminen viidestä kahteenkymmeneen myyjään on harvoin helppoa.',
    'Useimmat talousjohtajat käyttävät kaksi päivää kuukaudessa kirjanpidon sulkemiseen.',
  ],
  pl: [
    'Gratulacje z okazji nowej rundy finansowania! Rozwój zespołu z pięciu do dwudziestu handlowców rzadko jest łatwy.',
    'Większość dyrektorów finansowych traci dwa dni w miesiącu na zamknięcie ksiąg.',
  ],
  cs: [
    'Gratuluji k novému kolu financování! Růst z pěti na dvacet obchodníků je málokdy snadný.',
    'Většina finančních ředitelů ztrácí každý měsíc dva dny uzavíráním účetnictví.',
  ],
  tr: [
    'Yeni yatırım turunuz için tebrikler! Beş satışçıdan yirmiye büyümek nadiren kolaydır.',
    'Finans yöneticilerinin çoğu her ay defterleri kapatmak için iki gün kaybediyor.',
  ],
  ru: [
    'Поздравляю с новым раундом финансирования! Вырасти с пяти до двадцати продавцов редко бывает просто.',
    'Большинство финансовых директоров теряют два дня в месяц на закрытие отчётности.',
  ],
  uk: ['Вітаю з новим раундом фінансування! Вирости з п’яти до двадцяти продавців рідко буває просто.'],
  ja: ['資金調達おめでとうございます。営業チームを五名から二十名に拡大するのは簡単ではありません。'],
  zh: ['祝贺贵公司完成新一轮融资。销售团队从五人扩大到二十人并非易事。'],
  ko: ['신규 투자 유치를 축하드립니다. 영업팀을 다섯 명에서 스무 명으로 늘리는 것은 쉽지 않습니다.'],
};

test.each(Object.entries(openings))('short openings in their template’s language pass: %s', (language, texts) => {
  expect(texts.filter((text) => isInAnotherLanguage(text, language))).toEqual([]);
});

test('nineteen of twenty short openings are told from a language they were not asked in', () => {
  const pairs = Object.entries(openings).flatMap(([language, texts]) =>
    Object.keys(openings)
      .filter((asked) => asked !== language && !isKin(asked, language))
      .flatMap((asked) => texts.map((text) => isInAnotherLanguage(text, asked))),
  );
  expect(pairs.length).toBeGreaterThan(700);
  expect(pairs.filter(Boolean).length / pairs.length).toBeGreaterThan(0.94);
});

describe('silence', () => {
  test.each([
    ['a few words', 'Congratulations on the Series B!', 'de'],
    ['names and technical terms', 'Kubernetes, Terraform, Snowflake, Grafana, Prometheus, Kafka, Spark, Airflow', 'fr'],
    [
      'English terms in another language',
      'Ihr Team sucht gerade einen Head of Sales Operations für das Remote-Office.',
      'de',
    ],
    [
      'a title quoted in another language',
      'Your talk "Die Zukunft der Fabrik" in Hannover was the best that I have seen this year.',
      'en',
    ],
    ['words borrowed from others', 'You opened a café with a smörgåsbord in Malmö last year.', 'en'],
    ['a language nobody has told it of', 'I saw that your team is opening a second plant in Leeds.', 'sw'],
    ['a tag of no language', 'I saw that your team is opening a second plant in Leeds.', 'constructor'],
    ['nothing', '', 'en'],
  ])('is kept about %s', (_what, text, language) => {
    expect(isInAnotherLanguage(text, language)).toBe(false);
  });
});
