/** What stands where something was to be filled in, or what a machine says of itself; folded, by language. Linear patterns. */
export const leftOver: readonly string[] = [
  'lorem ipsum',
  'x{3,}',
  'tbd',
  'tbc',
  'fixme',
  '(?:undefined|nan|\\[object object\\])',
  // English
  'insert (?:your |the |a )?(?:[\\p{L}]+ )?(?:name|company|link|text|title|role|industry|product|detail|details|date|topic|here)(?: here)?',
  "(?:your|company|first|last|full|recipient|recipient's|prospect|prospect's|contact's|product|job|sender) (?:name|title) (?:here|goes here)",
  'your (?:company|product|full|first|last) name',
  "(?:recipient|prospect|contact)(?:'s)? (?:first |last |full |company )?name",
  'placeholder(?: text)?',
  'as an ai(?: language model| model| assistant)?',
  "i(?: am|'m) (?:sorry, but i )?(?:unable to|not able to|can't|cannot) (?:help with|assist with|comply with|fulfill|write) (?:that|this|your)(?: request)?",
  "(?:i'm sorry|i am sorry|sorry), but i (?:can't|cannot|am unable to|won't)",
  "here(?:'s| is) (?:the|a|your|an) (?:\\p{L}+ )?(?:opening line|opener|icebreaker|draft|text|message|email|personali[sz]ed \\p{L}+)",
  // German
  'platzhalter(?:text)?',
  '(?:ihr|dein) (?:name|firmenname|unternehmensname) hier',
  '(?:hier )?(?:name|firma|firmenname|link|text) (?:hier )?einfügen',
  'blindtext',
  'als (?:ki|ki-sprachmodell|ki-modell|sprachmodell)',
  // French
  'texte (?:à remplacer|de remplissage)',
  '(?:insérer|insérez) (?:ici|le nom|votre nom|le lien|le texte|nom)(?: ici)?',
  'votre nom ici',
  'faux[- ]texte',
  "en tant qu'(?:ia|intelligence artificielle)",
  // Spanish
  '(?:insertar|inserte|inserta) (?:aquí|el nombre|su nombre|tu nombre|el enlace|nombre|texto)(?: aquí)?',
  '(?:su|tu) nombre aquí',
  'como (?:ia|inteligencia artificial|modelo de lenguaje)',
  // Italian
  '(?:inserire|inserisci) (?:qui|il nome|nome|il link|il testo)(?: qui)?',
  'segnaposto',
  // Portuguese
  '(?:inserir|insira) (?:aqui|o nome|seu nome|o link|o texto|nome)(?: aqui)?',
  '(?:o )?seu nome aqui',
  // Dutch
  '(?:naam|bedrijfsnaam|link|tekst) (?:hier )?invoegen',
  'tijdelijke aanduiding',
  'uw naam hier',
  'als ai-taalmodel',
  // Swedish, Danish, Norwegian
  'platshållare',
  'pladsholder(?:tekst)?',
  'plassholder(?:tekst)?',
  '(?:infoga|indsæt|sett inn) (?:namn|navn|länk|link|lenke|text|tekst)(?: här| her)?',
  // Finnish
  'lisää nimi(?: tähän)?',
  'paikkamerkki',
  // Polish, Czech
  '(?:wstaw|wpisz) (?:imię|nazwę|nazwę firmy|link|tekst)(?: tutaj)?',
  '(?:vložte|doplňte) (?:jméno|název|název firmy|odkaz|text)(?: zde)?',
  // Turkish
  '(?:isim|şirket adı|bağlantı) (?:buraya )?(?:ekleyin|girin)',
  // Russian, Japanese, Chinese, Korean
  '(?:вставьте|укажите|впишите) (?:имя|название|название компании|ссылку|текст)(?: здесь)?',
  'ここに(?:名前|会社名|社名|氏名|リンク)(?:を)?(?:入力|挿入)',
  '在此(?:输入|插入|填写)',
  '此处(?:输入|插入|填写)',
  '여기에 (?:이름|회사명|링크)(?:을|를)? ?(?:입력|삽입)',
];
