import { folded } from '../copy/folded-text.ts';
import { withoutSignature } from './quoted-text.ts';

/** A stretch of a sentence between two marks or conjunctions, without greeting, thanks and "please". */
export interface Clause {
  text: string;
  /** As it stood, politeness included: "no thanks" would lose its sense. */
  full: string;
  isQuestion: boolean;
  /** Of which sentence, counted from 0. */
  sentence: number;
}

const MOST_CLAUSES = 300;

/** What a person wrote, as clauses. */
export function clausesOf(written: string): Clause[] {
  const lines = withoutFrame(
    folded(withoutSignature(written))
      .split('\n')
      .map((line) => line.trim()),
  );
  const sentences = lines.join('\n').replace(NO_THANKS, '$1 ').match(SENTENCE) ?? [];
  return sentences.flatMap((sentence, index) => clausesIn(sentence, index)).slice(0, MOST_CLAUSES);
}

function clausesIn(sentence: string, index: number): Clause[] {
  const isQuestion = /[?？]\s*$/.test(sentence);
  return sentence
    .split(JOINT)
    .map((part) => ({ text: plain(part), full: bare(part), isQuestion, sentence: index }))
    .filter(({ full }) => full !== '');
}

/** "No, thank you" is one thing said. */
const NO_THANKS =
  /(?<!\p{L})(no|nein|non|nee|não|nej|nei|ei|nie|ne|hayır|yok|нет), (?=thank|danke|vielen dank|merci|gracias|muchas|grazie|bedankt|dank|obrigad|tack|tak|kiitos|dzięk|děk|teşekkür|sağ ol|спасибо)/gu;
const SENTENCE = /[^.!?。！？;\n]+[.!?。！？;\n]*/gu;
const JOINT =
  /[,:、，]\s?|\s-{1,2}\s|\s(?:and|und|et|y|och|og|sekä|oraz|ve|и|so|therefore|also|daher|deshalb|donc|así que|quindi|dus|então|så|joten|więc|takže|o yüzden)\s/u;

const GREETING =
  /^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|hallo|guten (?:tag|morgen|abend)|sehr geehrte[rs]?|liebe[rs]?|moin|servus|bonjour|bonsoir|salut|cher|chère|hola|buen[oa]s (?:días|tardes|noches)|estimad[oa]|ciao|buongiorno|buonasera|gentile|salve|beste|goedemorgen|goedemiddag|goedendag|geachte|olá|oi|bom dia|boa tarde|prezad[oa]|car[oa]|hej|hejsan|hei|heisann|moi|terve|hyvää päivää|dzień dobry|cześć|witam|szanown[yai]|dobrý den|ahoj|vážen[ýá]|merhaba|selam|sayın|iyi günler|здравствуйте|добрый день|привет|こんにちは|お世話になっております|你好|您好|안녕하세요)(?![\p{L}])/u;
const CLOSING =
  /^(?:(?:kind|best|warm|many)? ?(?:regards|wishes)|best|cheers|thanks|thank you|many thanks|sincerely|yours|mit (?:freundlichen|besten) gr(?:ü|ue)(?:ß|ss)en|(?:viele|beste|liebe|freundliche) gr(?:ü|ue)(?:ß|ss)e|mfg|vg|lg|danke|vielen dank|cordialement|bien (?:à vous|cordialement)|merci(?: beaucoup)?|salutations|un saludo|saludos|atentamente|gracias|cordiali saluti|distinti saluti|saluti|grazie|met vriendelijke groet(?:en)?|groeten?|mvg|bedankt|dank u|atenciosamente|cumprimentos|obrigad[oa]|abraços|med vänliga? hälsning(?:ar)?|vänliga hälsningar|hälsningar|tack|mvh|med venlig hilsen|venlig hilsen|vennlig hilsen|hilsen|tak|takk|ystävällisin terveisin|terveisin|kiitos|pozdrawiam|z poważaniem|dziękuję|s pozdravem|děkuji|díky|saygılar(?:ımla)?|teşekkürler|iyi çalışmalar|с уважением|спасибо|よろしくお願い(?:いた)?します|谢谢|此致|감사합니다)(?: (?:a lot|so much|much|in advance|im voraus|d'avance|på förhand))?(?:[,.!:。，\s-]|$)/u;
const SHORT_LINE = 45;

/** Without the greeting's line and from the closing's line on. A line that says more than that stays. */
function withoutFrame(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line !== '');
  const greeting = lines[first] ?? '';
  const isGreeting = GREETING.test(greeting) && greeting.split(' ').length <= 5 && !/[.!?]\s*\S/.test(greeting);
  const body = lines.slice(isGreeting ? first + 1 : Math.max(0, first));
  const end = body.findIndex((line, index) => index > 0 && line.length <= SHORT_LINE && isClosing(line));
  return end < 0 ? body : body.slice(0, end);
}

/** "Thanks, Grace" ends a letter; "Thanks, please remove me from your list" is in the midst of it. */
function isClosing(line: string): boolean {
  if (!CLOSING.test(line)) return false;
  const behind = line
    .replace(CLOSING, '')
    .split(/\s+/)
    .filter((word) => word !== '');
  return behind.length <= MOST_NAMES && !ASKS.test(line.replace(CLOSING, ''));
}

/** Of whoever signs on the same line, or of the place. */
const MOST_NAMES = 3;
/** What nobody is called. */
const ASKS =
  /(?<!\p{L})(?:please|pls|no|not|stop|remove|unsubscribe|but|bitte|nicht|nein|aber|de (?:me|ne|nous)|pas|mais|por favor|no|pero|per favore|non|ma|niet|geen|maar|graag|não|mas|inte|men|ikke|ei|mutta|nie|ale|prosím|lütfen|ama|не|но)(?!\p{L})/u;

const POLITE_BEFORE =
  /^(?:please|pls|plz|kindly|just|and|but please|so|hi|hello|hey|thanks|thank you|many thanks|sorry|unfortunately|but|aber|mais|pero|però|maar|mas|men|mutta|ale|ama|fakat|bitte|leider|danke|vielen dank|merci|merci de|s'il vous plaît|svp|malheureusement|désolée?|por favor|gracias|lamentablemente|per favore|cortesemente|purtroppo|grazie|alstublieft|aub|gelieve|helaas|graag|bedankt|infelizmente|obrigad[oa]|vänligen|snälla|var snäll och|tyvärr|tack|venligst|vennligst|desværre|dessverre|ystävällisesti|valitettavasti|kiitos|proszę|niestety|prosím|bohužel|děkuji|lütfen|maalesef|пожалуйста|спасибо|к сожалению|请|請|麻烦|申し訳ありませんが|申し訳ございませんが|すみませんが|恐れ入りますが)(?![\p{L}])[\s,]*/u;
const POLITE_BEHIND =
  /[\s,]*(?<![\p{L}])(?:please|pls|thanks|thank you|thx|bitte|danke|vielen dank|merci|s'il vous plaît|svp|por favor|gracias|per favore|grazie|alstublieft|aub|a\.u\.b|graag|bedankt|obrigad[oa]|tack|tak|takk|kiitos|proszę|dziękuję|prosím|děkuji|lütfen|teşekkürler|пожалуйста|спасибо)$/u;

const bare = (part: string) =>
  part
    .replace(/^[\s"'(*¿¡-]+/, '')
    .slice(0, 200)
    .trim()
    .replace(/[.!?。！？;"')*\s]+$/u, '');

function plain(part: string): string {
  let text = bare(part);
  for (let rounds = 0; rounds < 3; rounds++) text = text.replace(POLITE_BEFORE, '').replace(POLITE_BEHIND, '');
  return text.trim();
}
