import { anyOf } from '../copy/folded-text.ts';

/** What automatic answers call themselves, folded. Data only. */

/** A subject that begins so was written by a machine, also without a header that says it. */
const AUTOMATIC = [
  'automatic reply',
  'auto[- ]?reply',
  'auto(?:matic|mated)?[- ]response',
  'automated (?:reply|response|message)',
  'auto response',
  'autoresponse',
  'auto:',
  'automatische (?:antwort|rückantwort|abwesenheitsnotiz|empfangsbestätigung)',
  'réponse automatique',
  'respuesta automática',
  'respuesta automatica',
  'risposta automatica',
  'automatisch antwoord',
  'automatische beantwoording',
  'resposta automática',
  'autosvar',
  'automatiskt svar',
  'automatisk svar',
  'automaattinen vastaus',
  'automaattivastaus',
  'odpowiedź automatyczna',
  'automatyczna odpowiedź',
  'automatická odpověď',
  'otomatik (?:yanıt|cevap)',
  'автоматический ответ',
  'автоответ',
  'automatikus válasz',
  'răspuns automat',
  'αυτόματη απάντηση',
  '自動応答',
  '自動返信',
  '自动回复',
  '自動回覆',
  '自动答复',
  '자동 ?회신',
  '자동 ?응답',
];

/** A subject that begins so is an absence note if the text is one too: people write such subjects as well. */
const OUT_OF_OFFICE = [
  'out of (?:the )?office',
  'ooo',
  'away from (?:my |the )?(?:office|desk|mail|e-?mail)',
  'on (?:vacation|annual leave|leave|holiday|parental leave|maternity leave)',
  'vacation (?:reply|notice|message)',
  'absence notice',
  "i(?:'m| am) (?:out of the office|away)",
  'abwesenheit(?:snotiz|sbenachrichtigung|sassistent|smeldung)?',
  'abwesend',
  'nicht im büro',
  'au(?:ß|ss)er haus',
  'im urlaub',
  'urlaub',
  'absence(?: du bureau)?',
  'absente?(?: du bureau)?',
  "message d'absence",
  'en congés?',
  'fuera de (?:la )?oficina',
  'ausencia',
  'ausente',
  'de vacaciones',
  "fuori (?:dall')?ufficio",
  'fuori sede',
  'assenza',
  'assente',
  'afwezig(?:heid|heidsbericht)?',
  'niet aanwezig',
  'fora do escritório',
  'ausência',
  'de férias',
  'frånvaro(?:meddelande)?',
  'frånvarande',
  'fravær(?:sbesked|smelding)?',
  'fraværende',
  'ferie',
  'ikke på kontoret',
  'poissa(?:oloilmoitus|oloviesti)?',
  'lomalla',
  'poza biurem',
  'nieobecność',
  'urlop',
  'mimo kancelář',
  'nepřítomnost',
  'dovolená',
  'ofis dışında',
  'yıllık izin',
  'izindeyim',
  'отсутствие',
  'в отпуске',
  '不在',
  '休暇',
  '休業',
  '外出',
  '休假',
  '부재',
];

const BEGINS = '^(?:\\[[^\\]]{1,40}\\] ?|\\*{1,3} ?)?';
const THEN = '(?:\\s*$|\\s?[:\\-|(/!.,]|\\s(?:re|aw|sv|vs|from|fra|från|von|de|da|van|for)\\b|[\\]】」])';

export const AUTOMATIC_SUBJECT = new RegExp(`${BEGINS}[【「]?(?:${AUTOMATIC.join('|')})${THEN}`, 'u');
export const OUT_OF_OFFICE_SUBJECT = new RegExp(
  `${BEGINS}[【「]?(?:${OUT_OF_OFFICE.join('|')})(?![\\p{L}\\p{N}])`,
  'u',
);

/** An answer to a former message, by its subject. */
export const ANSWER_SUBJECT = /^(?:re|aw|antw|sv|vs|odp|rif|res|ynt|rv|回复|回覆|答复|답장)(?:\[\d{1,3}\])? ?[:：]/u;

/** The text calls itself automatic. Alone this may be a person's complaint, so `HANDLED` must come with it. */
export const CALLS_ITSELF_AUTOMATIC =
  /(?:this (?:is an?|message (?:is|was)|e-?mail (?:is|was)) (?:an )?auto(?:mat(?:ic|ed|ically)|-?generated)|dies(?:e|es)? (?:ist eine |e-?mail |nachricht )?(?:wurde |ist )?(?:eine )?automatisch|ceci est un (?:message|e-?mail|courriel) automatique|réponse automatique|este es un (?:mensaje|correo) automático|questo è un messaggio automatico|dit is een automatisch|esta é uma (?:mensagem|resposta) automática|detta är ett automatiskt|dette er et? automatisk|tämä on automaattinen|to jest (?:automatyczna|wiadomość automatyczna)|toto je automatická|bu (?:bir )?otomatik|このメールは自動|自動(?:送信|配信|返信)|本邮件(?:由|为)系统自动|系统自动)/u;

/** A desk took the message in. */
export const HANDLED =
  /ticket|case (?:number|id|#)|reference (?:number|no)|(?:do|please do) not reply|don't reply|get back to you|(?:have|has been|been|we) received|your (?:request|enquiry|inquiry)|nicht (?:auf diese|antworten)|eingegangen|ne pas répondre|bien reçu|no responda|hemos recibido|non rispondere|abbiamo ricevuto|niet beantwoorden|ontvangen|não responda|recebemos|svara inte|mottagit|ikke svar|modtaget|mottatt|älä vastaa|vastaanottanut|nie odpowiadaj|otrzymaliśmy|neodpovídejte|obdrželi|yanıtlamayın|aldık|返信(?:しないで|できません|いただいて)|受け付け|请勿回复|收到/u;

/** The post is somebody else's now, or the address another. */
export const HANDED_OVER = new RegExp(
  anyOf([
    'no longer (?:responsible|in charge|handles?|handling|looking after|monitored|in use)',
    '(?:has|have) taken over (?:from me|my)',
    'my (?:successor|replacement)',
    'replaced by my colleague',
    '(?:e-?mail )?address (?:has|is) (?:changed|no longer)',
    'nicht mehr (?:zuständig|verantwortlich)',
    '(?:mein(?:e|en|em)?|meiner) nachfolger(?:in)?',
    "n'est plus (?:responsable|en charge|utilisée?)",
    '(?:mon|ma) (?:successeur|remplaçante?)',
    'ya no (?:soy|es) (?:responsable|encargad[oa])',
    'mi sucesora?',
    'non (?:sono|è) più (?:responsabile|attiv[oa])',
    'niet (?:langer|meer) (?:verantwoordelijk|in gebruik)',
    'mijn opvolg(?:er|ster)',
    'já não (?:sou|é) responsável',
    'inte längre ansvarig',
    'min efterträdare',
    'nie (?:jestem|odpowiada) już',
    'больше не отвечаю',
  ]),
  'u',
);

/** How an acknowledgement begins. */
export const THANKS = new RegExp(
  anyOf([
    'thank(?:s| you)(?: very much)? for (?:your|contacting|reaching|getting in touch|writing|the (?:e-?mail|message))',
    '(?:vielen )?dank für (?:ihre|deine|die) (?:nachricht|e-?mail|mail|anfrage|kontaktaufnahme)',
    'merci (?:pour|de) (?:votre|ton) (?:message|e-?mail|mail|courriel|demande)',
    'gracias por (?:su|tu|contactar|escribir|ponerse)',
    'grazie per (?:il|la|aver|averci|la sua)',
    '(?:bedankt|dank) voor (?:uw|je|jouw) (?:bericht|e-?mail|mail|aanvraag)',
    'obrigad[oa] (?:pelo|pela|por)',
    'tack för (?:ditt|din|ert)',
    'tak for din',
    'takk for (?:din|meldingen|henvendelsen)',
    'kiitos (?:viestistä|yhteydenoto)',
    'dziękujemy za',
    'děkujeme za',
    'teşekkür ederiz',
    'спасибо за (?:ваше|письмо|обращение)',
    'ありがとうございます',
    '感谢您的',
    '감사합니다',
  ]),
  'u',
);

/** A filter that wants a click before it lets the message through. */
export const CHALLENGE =
  /(?:confirm|verify|prove)[^.\n]{0,60}(?:human|real person|not a (?:robot|spammer)|legitimate sender|(?:you are|you're) the sender|your (?:message|e-?mail(?: address)?))/u;
export const HELD =
  /your (?:message|e-?mail)[^.\n]{0,30} (?:held|quarantined|waiting)|(?:it|your (?:message|e-?mail)) (?:will|can) (?:then )?be delivered|before (?:it|your (?:message|e-?mail)) (?:is|can be|will be) delivered/u;

/** Subject and text of a read receipt without a report. */
export const RECEIPT_SUBJECT =
  /^(?:read|not read|gelesen|lu|leído|letto|gelezen|lido|läst|læst|lest|luettu|przeczytano|přečteno|okundu|既読|已读|read receipt|return receipt|lesebestätigung)(?: ?[:：]|$)/u;
export const RECEIPT_TEXT =
  /was (?:read|displayed|opened|deleted)|wurde (?:gelesen|am|angezeigt)|a été (?:lu|affiché)|fue leído|è stato letto|is gelezen|foi lid[oa]|lästes|blev læst|ble lest|on luettu|został[oa]? (?:przeczytan|wyświetlon)|byla? přečten|okundu|開封されました|已于/u;

/** Words that a note written by a machine does not hold. */
export const ENGAGED =
  /\?|？|(?<!\p{L})(?:but|however|let's|let us|interested|sounds|happy to|i'd love|would love|yes|sure|no thanks|aber|gerne?|interessiert|lass(?:en|t)?|mais|volontiers|intéressée?|pero|interesad[oa]|me interesa|però|interessat[oa]|volentieri|maar|graag|geïnteresseerd|mas|tenho interesse|interessad[oa]|men|intresserad|gärna|interesseret|interessert|gjerne|mutta|kiinnosta|ale|chętnie|zainteresowan[ya]|rád|zájem|ama|fakat|ilgileniyor)(?!\p{L})|ですが|ぜひ|但是|感兴趣|方便/u;

/** Words of the desks' notes: "our office is closed" is an absence only with a date. */
export const CLOSED = new RegExp(
  `(?:${anyOf(['(?:office|offices|company|business|we) (?:is|are|will be|remain)s? closed', 'geschlossen', 'betriebsferien', 'fermée?s?', 'cerrad[oa]s?', 'cerraremos', 'chius[ei]', 'gesloten', 'encerrad[oa]s?', 'stängt', 'lukket', 'stengt', 'suljettu', 'zamknięte', 'nieczynne', 'zavřeno', 'kapalı', '休業', '放假'])})`,
  'u',
);
